import { addDays } from "@tracker/sdk/protocol";
import { readConfig } from "../config/config.ts";
import type { Env } from "../env.ts";
import { listSites } from "../d1/day-sum.ts";
import { deleteOldest } from "../d1/write.ts";

// Small enough that D1 answers others in between. 720 runs of the cron delete up to 3.6 million rows a day.
const STEP_ROWS = 1_000;
const RUN_ROWS = 5_000;

/**
 * Deletes statistics older than RETENTION_DAYS, the oldest first, some at a time. A day whose objects are not all closed is left alone: the
 * next flush would write its rows again.
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
    } while (step >= STEP_ROWS);
  }
  return deleted;
}
