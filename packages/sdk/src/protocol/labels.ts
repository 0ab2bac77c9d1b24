import { CATEGORY_MAX_CHARS, DOM_ID_MAX_CHARS, LABEL_MAX_CHARS, PING_MAX_COUNT } from "./limits.ts";
import type { PingErrorCode, Problem, Rejection, Result } from "./result.ts";

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

/** What a server asks of a ping beyond its grammar: nothing, or why it does not count. */
export type CheckPing = (ping: Ping) => Problem<PingErrorCode> | undefined;

// Control characters (C0, C1, DEL) and lone surrogates: nothing a name needs, and neither SQLite nor a CSV keeps them.
const FORBIDDEN = /[\p{Cc}\p{Cs}]/u;

const FIELDS = [
  ["label", LABEL_MAX_CHARS],
  ["category", CATEGORY_MAX_CHARS],
  ["dom_id", DOM_ID_MAX_CHARS],
] as const;

// The same rules as one pattern, a part a line, for speed. With `u`, lengths are code points.
const PING = /^[^\p{Cc}\p{Cs}]{1,250}\n[^\p{Cc}\p{Cs}]{0,100}\n[^\p{Cc}\p{Cs}]{0,250}$/u;

/**
 * A ping's parts as one text, trimmed, a line each: equal pings have equal lines.
 *
 * @throws TypeError when a part is not text.
 */
function joinParts(parts: readonly unknown[]): string {
  return parts.map((part) => ((part ?? "") as string).trim()).join("\n");
}

/** Whether this is a ping; when it is not, {@link readPing} names the reason. */
function isPing(lines: string, count: unknown): count is number {
  return PING.test(lines) && Number.isInteger(count) && (count as number) > 0 && (count as number) <= PING_MAX_COUNT;
}

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
export function parseLabels(text: string, check?: CheckPing): ParsedPings {
  return collect(text.split("|"), (part) => (part.trim() ? readPing(part.split(":")) : undefined), check);
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
  const [first, second, third, ...more] = parts;
  const lines = parts.every(isText) ? joinParts([first, second, third, ...more]) : "";
  if (!isPing(lines, count)) return { ok: false, ...findProblem(parts) };
  const [label, category, domId] = lines.split("\n") as [string, string, string];
  return { ok: true, value: { label, category, domId, count } };
}

/** Names the first rule that keeps this from being a ping. */
function findProblem(parts: readonly unknown[]): Problem<PingErrorCode> {
  if (parts.length > 3) {
    return { code: "too_many_parts", message: `${parts.length} parts; label:category:domId has 3` };
  }
  for (const [index, [name, max]] of FIELDS.entries()) {
    const part = parts[index] ?? "";
    if (!isText(part)) return { code: "bad_type", message: `${name} is not text` };
    const value = part.trim();
    if (FORBIDDEN.test(value)) return { code: "bad_character", message: `${name} has a control character` };
    if (name == "label" && !value) return { code: "label_missing", message: "label is empty" };
    if ([...value].length > max) {
      return { code: `${name}_too_long`, message: `${name} is longer than ${max} characters` };
    }
  }
  return { code: "bad_count", message: `count is not a whole number from 1 to ${PING_MAX_COUNT}` };
}

function isText(part: unknown): part is string {
  return typeof (part ?? "") == "string";
}

/** Reads each item, keeping the right ones and reporting the wrong ones by position; `undefined` skips an item. */
export function collect<Item>(
  items: readonly Item[],
  read: (item: Item) => Result<Ping, PingErrorCode> | undefined,
  check?: CheckPing,
): ParsedPings {
  const pings: Ping[] = [];
  const rejected: Rejection[] = [];
  items.forEach((item, index) => {
    const result = read(item);
    if (!result) return;
    const problem = result.ok ? check?.(result.value) : result;
    if (problem) rejected.push({ index, code: problem.code, message: problem.message });
    else if (result.ok) pings.push(result.value);
  });
  return { pings, rejected };
}
