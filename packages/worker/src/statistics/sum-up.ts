import { addDays } from "@tracker/sdk/protocol";
import { readConfig } from "../config/config.ts";
import type { Env } from "../env.ts";
import { firstGrowingDay } from "../model/growing-days.ts";
import { listUnsummedDays, sumUpDay } from "../d1/day-sum.ts";

/** A run takes no longer; the next goes on. Two years of a large site are summed up in about as much. */
const SUM_UP_MS = 20_000;

/**
 * Sums up the days that can get no more pings, the latest first. Looking for them reads a row or two per day that has statistics,
 * so once an hour is often enough: days that wait are read row by row.
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
