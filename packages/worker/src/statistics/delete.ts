import { addDays } from "@tracker/sdk/protocol";
import { readConfig } from "../config/config.ts";
import type { Env } from "../env.ts";
import { firstGrowingDay } from "../model/growing-days.ts";
import { listSites } from "../d1/day-sum.ts";
import { deleteDays, deleteLabel, listOpenDays } from "../d1/write.ts";
import type { DayRange } from "../model/counts.ts";

/** What to delete: a label, or everything of some days. */
export interface Deletion extends DayRange {
  /** Absent: all sites. */
  site: string | undefined;
  label: string | undefined;
}

// Days of one transaction: a large site's week of rows is deleted in a second or two, a label's rows of half a year too.
const DAYS_AT_ONCE = 7;
const LABEL_DAYS_AT_ONCE = 180;

/** The last day that nothing can be added to any more, so that deleting and importing are possible up to it. */
export async function lastClosedDay(env: Env): Promise<string> {
  const last = addDays(firstGrowingDay(readConfig(env).calendar, Date.now()), -1);
  const [firstOpen] = await listOpenDays(env.DB, { from: "", to: last });
  return firstOpen ? addDays(firstOpen, -1) : last;
}

/** Deletes statistics of closed days, some days at a time. Returns how many rows. */
export async function deleteStatistics(env: Env, { site, label, from, to }: Deletion): Promise<number> {
  const sites = site === undefined ? await listSites(env.DB) : [site];
  const step = label === undefined ? DAYS_AT_ONCE : LABEL_DAYS_AT_ONCE;
  let deleted = 0;
  for (const one of sites) {
    for (let first = from; first <= to; first = addDays(first, step)) {
      const last = addDays(first, step - 1);
      const days = { from: first, to: last < to ? last : to };
      deleted += await (label === undefined ? deleteDays(env.DB, one, days) : deleteLabel(env.DB, one, days, label));
    }
  }
  return deleted;
}
