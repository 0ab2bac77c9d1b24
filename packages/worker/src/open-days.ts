import { addDays, type Day } from "@tracker/sdk/protocol";
import { readConfig } from "./config.ts";
import { closingTimeOf } from "./day-counter/age.ts";
import type { Env } from "./env.ts";

/** The first day that pings can still count for, by the clock: days before it change only by import and deletion. */
export function firstGrowingDay(env: Env, now: number): Day {
  const { calendar } = readConfig(env);
  let day = calendar.dayOf(now);
  while (closingTimeOf(addDays(day, -1), calendar) > now) day = addDays(day, -1);
  return day;
}
