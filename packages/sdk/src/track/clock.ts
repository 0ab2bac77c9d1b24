import { correctClockOffset } from "../protocol/retry.ts";
import { PREFIX, storage, store } from "./storage.ts";

// How far this visitor's clock is wrong. It is stored, so that also the first batch of the next page has the right day.
// Where the clock is right, nothing is.
const CLOCK_KEY = `${PREFIX}clock`;

let offsetMs = readStoredOffset();

/** The server's time when this visitor's clock says `ms`, as far as it is known; both in ms since epoch. */
export function toServerTime(ms: number): number {
  return ms + offsetMs;
}

/** Learns from an answer that says the server's time, to a request of `askedAt` by the visitor's clock. */
export function learnClock(now: number, askedAt: number): void {
  offsetMs = correctClockOffset(offsetMs, now, askedAt, Date.now());
  // Another tab may have stored another one, before the clock was set.
  if (offsetMs != readStoredOffset()) store(CLOCK_KEY, `${offsetMs}`);
}

function readStoredOffset(): number {
  return Number(storage[CLOCK_KEY]) || 0;
}
