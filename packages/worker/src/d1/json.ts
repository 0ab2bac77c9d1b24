/** Lists as bound values: a statement takes a hundred parameters, of two megabytes each. */

// D1 takes 2 MB a bound value; a character is at most three bytes.
const PARAMETER_MAX_CHARS = 600_000;

/** JSON arrays of the items, each small enough for one bound value. */
export function splitJson(items: Iterable<unknown>): string[] {
  const texts: string[] = [];
  let parts: string[] = [];
  let chars = 0;
  for (const item of items) {
    const part = JSON.stringify(item);
    if (chars + part.length > PARAMETER_MAX_CHARS && parts.length > 0) {
      texts.push(`[${parts.join()}]`);
      parts = [];
      chars = 0;
    }
    parts.push(part);
    chars += part.length + 1;
  }
  if (parts.length > 0) texts.push(`[${parts.join()}]`);
  return texts;
}
