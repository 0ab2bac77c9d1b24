import { options } from "./options.ts";
import { warn } from "./warn.ts";

/** What the server takes as a page: no control characters, no lone surrogates, 250 characters. */
const PAGE = /^[^\p{Cc}\p{Cs}]{1,250}$/u;

/** The page that a path counts for, by the option `pages`; nothing where it counts for none. */
export function nameOfPage(path: string): string | undefined {
  try {
    // No slash at the end: `/a/` is mostly `/a`.
    const page = options.pages?.(path.replace(/(.)\/+$/, "$1"));
    if (typeof page == "string" && PAGE.test(page)) return page;
    if (page) warn("no page", page);
  } catch (error) {
    warn("no page", error);
  }
  return undefined;
}
