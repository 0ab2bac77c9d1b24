import { PAGE_MAX_CHARS } from "./limits.ts";

const PAGE = new RegExp(`^[^\\p{Cc}\\p{Cs}]{1,${PAGE_MAX_CHARS}}$`, "u");

/** Whether a text may be a batch's page: no control characters, no lone surrogates, at most {@link PAGE_MAX_CHARS} characters. */
export function isPage(text: unknown): text is string {
  return typeof text == "string" && PAGE.test(text) && text == text.trim();
}
