/** Quarters of an hour, by which a day's journals tell when an action was counted. Every time zone's hours begin with one. */
import type { Calendar, Day } from "@tracker/sdk/protocol";

export const SLOT_MS = 900_000;
const HOUR_MS = 3_600_000;

/** How many actions were counted in which slot, numbered since 1970. */
export type SlotCounts = ReadonlyMap<number, number>;

/** When a day's hours begin, ms since epoch. A day has 23 to 25 of them. */
export function listHours(day: Day, calendar: Calendar): number[] {
  const start = calendar.startOf(day);
  return Array.from(
    { length: Math.round((calendar.endOf(day) - start) / HOUR_MS) },
    (_, hour) => start + hour * HOUR_MS,
  );
}

/** The count of an hour. A day's first has also what was counted before the day began here: senders' clocks may be ahead. */
export function countHour(slots: SlotCounts, start: number, isFirst: boolean): number {
  return countUpTo(slots, start + HOUR_MS) - (isFirst ? 0 : countUpTo(slots, start));
}

/** What was counted before a moment, at which a slot begins. */
export function countUpTo(slots: SlotCounts, at: number): number {
  let sum = 0;
  for (const [slot, count] of slots) if (slot * SLOT_MS < at) sum += count;
  return sum;
}

/** When the latest slot that is over ended. */
export function lastSlotEnd(now: number): number {
  return Math.floor(now / SLOT_MS) * SLOT_MS;
}
