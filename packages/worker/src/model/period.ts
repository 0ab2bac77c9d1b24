/** The ranges of days that people ask about, and the days that each is compared with. */
import { addDays, listDays, type Day } from "@tracker/sdk/protocol";
import type { DayRange } from "./counts.ts";

/** Ranges by name. All but `today` are of days that are over. */
export const RANGES = ["today", "7d", "30d", "last-week", "last-month"] as const;
export type RangeName = (typeof RANGES)[number];

/** `before`: as many days directly before, of a month the month before; `weekdays`: the latest such days with the same weekdays. */
export const COMPARISONS = ["before", "weekdays", "none"] as const;
export type Comparison = (typeof COMPARISONS)[number];

/** The days of a range. Weeks begin on Monday. */
export function resolveRange(name: RangeName, today: Day): DayRange {
  switch (name) {
    case "today":
      return { from: today, to: today };
    case "7d":
      return { from: addDays(today, -7), to: addDays(today, -1) };
    case "30d":
      return { from: addDays(today, -30), to: addDays(today, -1) };
    case "last-week": {
      const from = addDays(startOfWeek(today), -7);
      return { from, to: addDays(from, 6) };
    }
    case "last-month": {
      const to = addDays(startOfMonth(today), -1);
      return { from: startOfMonth(to), to };
    }
  }
}

/** The days that a range is compared with. */
export function rangeBefore({ from, to }: DayRange, comparison: Exclude<Comparison, "none">): DayRange {
  const days = countDays({ from, to });
  if (comparison === "weekdays") {
    const shift = -7 * Math.ceil(days / 7);
    return { from: addDays(from, shift), to: addDays(to, shift) };
  }
  const last = addDays(from, -1);
  const isMonth = from === startOfMonth(from) && to === endOfMonth(from);
  return { from: isMonth ? startOfMonth(last) : addDays(from, -days), to: last };
}

export function countDays({ from, to }: DayRange): number {
  return (Date.parse(to) - Date.parse(from)) / 86_400_000 + 1;
}

/** What a chart has a point for. */
export const STEPS = ["day", "week", "month"] as const;
export type Step = (typeof STEPS)[number];

/** The days, weeks or months of a range, each with its days. The range may cut off the first and the last. */
export function listPeriods({ from, to }: DayRange, step: Step): DayRange[] {
  if (step === "day") return listDays(from, to).map((day) => ({ from: day, to: day }));
  const periods: DayRange[] = [];
  for (let first = from; first <= to;) {
    const end = step === "week" ? addDays(startOfWeek(first), 6) : endOfMonth(first);
    periods.push({ from: first, to: end < to ? end : to });
    first = addDays(end, 1);
  }
  return periods;
}

/** So many whole weeks or months, the last of which is over before `today`. */
export function wholePeriods(step: Exclude<Step, "day">, count: number, today: Day): DayRange {
  const to = addDays(step === "week" ? startOfWeek(today) : startOfMonth(today), -1);
  if (step === "week") return { from: addDays(to, 1 - 7 * count), to };
  let from = startOfMonth(to);
  for (let month = 1; month < count; month++) from = startOfMonth(addDays(from, -1));
  return { from, to };
}

function startOfWeek(day: Day): Day {
  return addDays(day, -((new Date(day).getUTCDay() + 6) % 7));
}

function startOfMonth(day: Day): Day {
  return `${day.slice(0, 8)}01`;
}

function endOfMonth(day: Day): Day {
  return addDays(startOfMonth(addDays(startOfMonth(day), 31)), -1);
}
