import { PAGE_MAX_CHARS } from "../protocol/limits.ts";
import { options } from "./options.ts";
import { warn } from "./warn.ts";

/** The page that a path counts for, by the option `pages`; nothing where it counts for none. */
export function nameOfPage(path: string): string | undefined {
  const { pages } = options;
  // No slash at the end: `/a/` is mostly `/a`.
  const name = path.replace(/(.)\/+$/, "$1");
  try {
    if (typeof pages == "function") return clean(pages(name));
    if (typeof pages == "string") return pages.split(/\s+/).find((pattern) => fits(name, pattern)) || undefined;
  } catch (error) {
    warn("no page", error);
  }
  return pages === true ? clean(name) : undefined;
}

/** Whether a path fits a pattern, in which `*` stands for any text. */
function fits(path: string, pattern: string): boolean {
  const texts = pattern.split("*").map((text) => text.replace(/[^\w/]/g, "\\$&"));
  return new RegExp(`^${texts.join(".*")}$`).test(path);
}

/** What the server takes as a page. */
function clean(name: unknown): string | undefined {
  if (typeof name != "string") return undefined;
  const characters = [...name.replace(/[\p{Cc}\p{Cs}]/gu, "")];
  return characters.slice(0, PAGE_MAX_CHARS).join("").trim() || undefined;
}
