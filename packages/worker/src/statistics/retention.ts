import { addDays } from "@tracker/sdk/protocol";
import { readConfig } from "../config/config.ts";
import type { Env } from "../env.ts";
import { listSites } from "../d1/day-sum.ts";
import { deleteOldest } from "../d1/write.ts";

// Rows deleted by one statement, and by one run of the cron: quick enough to be in nobody's way, and 3.6 million rows a day.
const STEP_ROWS = 1_000;
const RUN_ROWS = 5_000;

/**
 * Deletes statistics of days that RETENTION_DAYS no longer keeps, the oldest first and some at a time. A day is touched only when
 * all of its objects are closed: before that a tail would write it again.
 *
 * @returns how many rows were deleted.
 */
export async function prune(env: Env, now: number): Promise<number> {
  const { retentionDays, calendar } = readConfig(env);
  if (retentionDays == 0) return 0;
  const firstKept = addDays(calendar.dayOf(now), -retentionDays);
  let deleted = 0;
  for (const site of await listSites(env.DB)) {
    let step: number;
    do {
      if (deleted >= RUN_ROWS) return deleted;
      step = await deleteOldest(env.DB, site, firstKept, STEP_ROWS);
      deleted += step;
    } while (step == STEP_ROWS);
  }
  return deleted;
}
