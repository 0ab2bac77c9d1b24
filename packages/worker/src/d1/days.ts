import type { DayRange } from "../model/counts.ts";

/** The days as a condition. A range reads the row it ends before; one day is looked up, and where it is not, nothing is read. */
export function isWithin({ from, to }: DayRange, first: string, last: string): string {
  return from === to ? `day = ${first} AND day = ${last}` : `day BETWEEN ${first} AND ${last}`;
}
