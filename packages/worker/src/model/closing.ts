import { BATCH_MAX_AGE_MS, CLOCK_AHEAD_MAX_MS, type Day, type Calendar } from "@tracker/sdk/protocol";

/** Why a batch is refused for its `at`. */
export type AgeRefusal = "too_old" | "clock_ahead";

// Clocks of Worker and object may differ a little; an hour is plenty.
const CLOSING_DELAY_MS = 3_600_000;

/** Whether a batch sealed at `at` is taken at `now`, both ms since epoch. */
export function refuseForAge(at: number, now: number): AgeRefusal | undefined {
  if (at > now + CLOCK_AHEAD_MAX_MS) return "clock_ahead";
  if (at < now - BATCH_MAX_AGE_MS) return "too_old";
  return undefined;
}

/** When a day's objects close: nothing acceptable can arrive any more. */
export function closingTimeOf(day: Day, calendar: Calendar): number {
  return calendar.endOf(day) + BATCH_MAX_AGE_MS + CLOSING_DELAY_MS;
}

/** Whether a day's objects may be gone: before this an object that does not know its journal is another one. */
export function isPastClosing(day: Day, calendar: Calendar, now: number): boolean {
  return now >= closingTimeOf(day, calendar);
}
