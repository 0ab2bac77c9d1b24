import { OPEN_HEATMAP } from "../../../protocol/watched.ts";
import type { Chosen } from "../../chosen.ts";

/** Writes what follows `#tracker-heatmap=` in a link, as owner/read-link.ts reads it; nothing where there is no token. */
export function writeLink({
  token,
  ...chosen
}: { [Name in keyof Chosen]: Chosen[Name] | undefined }): string | undefined {
  if (!token) return undefined;
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(chosen)) if (value !== undefined) query.set(name, `${value}`);
  return `${token}&${query}`.replace(/&$/, "");
}

/** Has the next page of this tab open the heat map like this; without a link, not. */
export function keepOpen(link: string | undefined): void {
  try {
    if (link === undefined) sessionStorage.removeItem(OPEN_HEATMAP);
    else sessionStorage.setItem(OPEN_HEATMAP, OPEN_HEATMAP + link);
  } catch {
    // Cookies are blocked: it stays open on this page.
  }
}
