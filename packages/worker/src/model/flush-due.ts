/** When the cron flushes a day's objects. Reads are exact without it, so what a flush writes, and D1 bills, decides. */

/** What a day's objects have that D1 lacks. */
export interface Unflushed {
  /** When the oldest of it was committed, ms since epoch. */
  since: number;
  /** Different names: rows that a flush would write. */
  names: number;
  /** Journal rows of the object that has the most. */
  rows: number;
}

const MINUTE_MS = 60_000;
/** Written rows that a minute of the oldest count's age is worth: 72,000 a day, as long as FLUSH_WITHIN_MS does not come first. */
const NAMES_A_MINUTE = 50;
/** So few are flushed by every run of the cron. */
const FEW_NAMES = 100;
/** D1 is not further behind, whatever a flush costs. */
export const FLUSH_WITHIN_MS = 30 * MINUTE_MS;
/** Nor has a journal more rows that D1 lacks: an object that wakes up reads them. */
export const ROWS_MAX = 50_000;

/** How old the oldest count may become before it is flushed, in ms. */
export function flushAfterMs({ names, rows }: Omit<Unflushed, "since">): number {
  if (names <= FEW_NAMES || rows >= ROWS_MAX) return 0;
  return Math.min((names / NAMES_A_MINUTE) * MINUTE_MS, FLUSH_WITHIN_MS);
}

/** Whether a run of the cron at `now` flushes it. */
export function isFlushDue(unflushed: Unflushed, now: number): boolean {
  return now - unflushed.since >= flushAfterMs(unflushed);
}
