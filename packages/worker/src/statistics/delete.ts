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

// Days deleted in one transaction. It takes a second or two for a large site: a week of all rows, or half a year of one label.
const DAYS_AT_ONCE = 7;
const LABEL_DAYS_AT_ONCE = 180;

/** The last day that can be deleted or imported: no object adds to it, or to a day before it. */
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
