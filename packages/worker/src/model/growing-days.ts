import { addDays, type Calendar, type Day } from "@tracker/sdk/protocol";
import { isPastClosing } from "./closing.ts";

/** The first day that pings can still count for, by the clock: days before it change only by import and deletion. */
export function firstGrowingDay(calendar: Calendar, now: number): Day {
  let day = calendar.dayOf(now);
  while (!isPastClosing(addDays(day, -1), calendar, now)) day = addDays(day, -1);
  return day;
}
