import { CLOCK_AHEAD_MAX_MS, listDays } from "@tracker/sdk/protocol";
import { readConfig } from "../config/config.ts";
import { announce, type Announcement } from "../d1/objects.ts";
import type { Env } from "../env.ts";
import { logError } from "../log.ts";
import { firstGrowingDay } from "../model/growing-days.ts";
import { callObject } from "./call-day-counter.ts";
import type { Identity } from "./contract.ts";

/**
 * Announces every object that still counts once more, so that a D1 that was restored to a time before it knew them is whole again.
 * Asks each shard of each day that can grow, and makes none. One that does not answer is asked again an hour later.
 */
export async function announceAgain(env: Env, now: number): Promise<void> {
  const { calendar } = readConfig(env);
  const found: Announcement[] = [];
  const identify = async (object: string): Promise<Identity | undefined> => {
    try {
      const identity = await callObject(env, object, (stub) => stub.readIdentity());
      if (identity) found.push({ source: identity.source, object });
      return identity;
    } catch (error) {
      logError("announce_failed", error, { object });
      return undefined;
    }
  };
  for (const day of listDays(firstGrowingDay(calendar, now), calendar.dayOf(now + CLOCK_AHEAD_MAX_MS))) {
    // No other object of a day is made before shard 0.
    const { shards = 1 } = (await identify(`${day}/0`)) ?? {};
    for (let shard = 1; shard < shards; shard++) await identify(`${day}/${shard}`);
  }
  await announce(env.DB, found);
}
