import { BATCH_MAX_CHARS, BATCH_MAX_TOTAL, PING_EXTRA_CHARS } from "./limits.ts";

/** Pings, as many as one batch may hold. */
export interface Tally {
  /** How often each ping happened, by its lines: equal pings are one entry. */
  counts: Map<string, number>;
  /** How often all of them happened. */
  total: number;
  /** Their length as JSON, in UTF-16 units. */
  chars: number;
}

export function makeTally(): Tally {
  return { counts: new Map(), total: 0, chars: 0 };
}

/** Adds a ping; false when there is no room for it. An empty tally has room for any. */
export function addPing(tally: Tally, lines: string, count: number): boolean {
  const before = tally.counts.get(lines) ?? 0;
  const total = tally.total + count;
  const chars = tally.chars + (before ? 0 : lines.length + PING_EXTRA_CHARS);
  if (total > BATCH_MAX_TOTAL || chars > BATCH_MAX_CHARS) return false;
  tally.counts.set(lines, before + count);
  tally.total = total;
  tally.chars = chars;
  return true;
}
