import type { Names } from "../journal/names.ts";
import { siteOfKey } from "../model/key.ts";

// One text of increments. A name is at most 1,121 characters, twice as many where each is escaped.
const INCREMENTS_MAX_CHARS = 600_000;

/** Sums by name id as a tail's answer has them. */
export function writeIncrements(
  sums: ReadonlyMap<number, number>,
  names: Names,
  site: string | undefined,
  maxChars = Infinity,
): string[] {
  const texts: string[] = [];
  let parts: string[] = [];
  let partChars = 0;
  let chars = 0;
  const end = (): void => {
    if (parts.length > 0) texts.push(`[${parts.join()}]`);
    parts = [];
    partChars = 0;
  };
  for (const [id, count] of sums) {
    const key = names.get(id);
    if (site !== undefined && siteOfKey(key) !== site) continue;
    const part = `${JSON.stringify(key)},${count}`;
    parts.push(part);
    partChars += part.length;
    if (partChars >= INCREMENTS_MAX_CHARS) end();
    chars += key.length;
    if (chars > maxChars) break;
  }
  end();
  return texts;
}
