import { addDays } from "@tracker/sdk/protocol";
import { readConfig } from "../config/config.ts";
import type { Env } from "../env.ts";
import { firstGrowingDay } from "../model/growing-days.ts";
import { listUnsummedDays, sumUpDay } from "../d1/day-sum.ts";

/** When a run stops; the next one goes on. Enough for about two years of a large site. */
const SUM_UP_MS = 20_000;

/**
 * Sums up days that get no more pings, the latest first. Finding them reads a row or two for each day that has statistics. Once an hour
 * is enough: until then reads of such a day sum its rows.
 */
export async function sumUpDays(env: Env, now: number): Promise<void> {
  const until = now + SUM_UP_MS;
  for (const siteDay of await listUnsummedDays(env.DB, addDays(firstGrowingDay(readConfig(env).calendar, now), -1))) {
    if (Date.now() > until) return;
    await sumUpDay(env.DB, siteDay);
  }
}

/** Whether a cron run, two minutes after the one before, is the hour's first. */
export function isFirstOfHour(at: number): boolean {
  return new Date(at).getUTCMinutes() < 2;
}
