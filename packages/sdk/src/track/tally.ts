import { BATCH_MAX_COUNT } from "../protocol/limits.ts";

/**
 * UTF-16 units of a batch's pings, as JSON. A unit is at most 3 bytes, so it stays below 64 KiB; a ping takes at least 20,
 * so there are at most 409 of them.
 */
const MAX_CHARS = 8_192;
/** What a ping takes beside its parts: brackets, commas, count. */
const PING_EXTRA_CHARS = 9;

/** Pings, as many as one batch may hold. */
export interface Tally {
  /** How often each ping happened, by its parts as JSON: equal pings are one entry. */
  counts: Map<string, number>;
  /** How often all of them happened. */
  total: number;
  /** Their length as JSON, in UTF-16 units. */
  chars: number;
}

export function makeTally(): Tally {
  return { counts: new Map(), total: 0, chars: 0 };
}

/** Whether this can be sent. The server says precisely what is wrong with a part, if anything is. */
export function isSendable(parts: string, count: unknown): count is number {
  return Number.isInteger(count) && (count as number) > 0 && addPing(makeTally(), parts, count as number);
}

/** Adds a ping; false when there is no room for it. An empty tally has room for any that the server takes. */
export function addPing(tally: Tally, parts: string, count: number): boolean {
  const before = tally.counts.get(parts) ?? 0;
  const total = tally.total + count;
  const chars = tally.chars + (before ? 0 : parts.length + PING_EXTRA_CHARS);
  if (total > BATCH_MAX_COUNT || chars > MAX_CHARS) return false;
  tally.counts.set(parts, before + count);
  tally.total = total;
  tally.chars = chars;
  return true;
}
