import { CATEGORY_MAX_CHARS, DOM_ID_MAX_CHARS, LABEL_MAX_CHARS, PING_MAX_COUNT } from "./limits.ts";
import type { PingErrorCode, Rejection, Result } from "./result.ts";

/** One action and how often it happened. */
export interface Ping {
  label: string;
  category: string;
  domId: string;
  /** A whole number from 1 to {@link PING_MAX_COUNT}. */
  count: number;
}

/** A ping as people write it: absent parts are empty, an absent count is 1. */
export type PingInput = Pick<Ping, "label"> & Partial<Ping>;

/** What could be read, and what could not, each with its position. */
export interface ParsedPings {
  pings: Ping[];
  rejected: Rejection[];
}

// Control characters (C0, C1, DEL) and lone surrogates: nothing a name needs, and neither SQLite nor a CSV keeps them.
const FORBIDDEN = /[\p{Cc}\p{Cs}]/u;

const FIELDS = [
  ["label", LABEL_MAX_CHARS],
  ["category", CATEGORY_MAX_CHARS],
  ["dom_id", DOM_ID_MAX_CHARS],
] as const;

/**
 * Reads a labels string.
 *
 *     labels = ping *( "|" ping )
 *     ping   = label [ ":" category [ ":" domId ] ]
 *
 * Empty pings (`a||b`, a trailing `|`) are skipped, parts are trimmed. `|` and `:` cannot be written in a part: send an
 * object instead. A wrong ping is reported with its position and never costs a right one beside it.
 *
 * @example parseLabels("signup:buttons:cta|visit").pings
 */
export function parseLabels(text: string): ParsedPings {
  return collect(text.split("|"), (part) => (part.trim() ? readPing(part.split(":")) : undefined));
}

/** Writes pings as a labels string; the inverse of {@link parseLabels} for parts without `|` and `:`. */
export function formatLabels(pings: readonly PingInput[]): string {
  return pings
    .map(({ label, category = "", domId = "" }) => [label, category, domId].join(":").replace(/:+$/, ""))
    .join("|");
}

/**
 * Reads one ping from `[label, category, domId]`; absent parts are empty.
 * Any text is taken but control characters, also `|` and `:`.
 */
export function readPing(parts: readonly unknown[], count: unknown = 1): Result<Ping, PingErrorCode> {
  if (parts.length > 3) return fail("too_many_parts", `${parts.length} parts; label:category:domId has 3`);
  const values: string[] = [];
  for (const [index, [name, max]] of FIELDS.entries()) {
    const part = parts[index] ?? "";
    if (typeof part != "string") return fail("bad_type", `${name} is not text`);
    const value = part.trim();
    if (FORBIDDEN.test(value)) return fail("bad_character", `${name} has a control character`);
    // A code point is at most two code units, so only long texts are spread.
    if (value.length > max && [...value].length > max) {
      return fail(`${name}_too_long`, `${name} is longer than ${max} characters`);
    }
    values.push(value);
  }
  const [label = "", category = "", domId = ""] = values;
  if (!label) return fail("label_missing", "label is empty");
  if (!Number.isInteger(count) || (count as number) < 1 || (count as number) > PING_MAX_COUNT) {
    return fail("bad_count", `count is not a whole number from 1 to ${PING_MAX_COUNT}`);
  }
  return { ok: true, value: { label, category, domId, count: count as number } };
}

/** Reads each item, keeping the right ones and reporting the wrong ones by position; `undefined` skips an item. */
export function collect<Item>(
  items: readonly Item[],
  read: (item: Item) => Result<Ping, PingErrorCode> | undefined,
): ParsedPings {
  const pings: Ping[] = [];
  const rejected: Rejection[] = [];
  items.forEach((item, index) => {
    const result = read(item);
    if (result?.ok) pings.push(result.value);
    else if (result) rejected.push({ index, code: result.code, message: result.message });
  });
  return { pings, rejected };
}

function fail<Code extends string>(code: Code, message: string): { ok: false; code: Code; message: string } {
  return { ok: false, code, message };
}
