import type { Day } from "@tracker/sdk/protocol";
import type { Context } from "hono";
import { readConfig } from "../config/config.ts";
import { lastClosedDay, type Deletion } from "../statistics/delete.ts";
import { selectSites, type SiteDay } from "../d1/day-sum.ts";
import { checkRange, ParameterError, readDay, readSite } from "./parameters.ts";
import type { AppEnv } from "./context.ts";
import { Refusal } from "./refuse.ts";

interface DeletionParameters {
  site?: string | undefined;
  label?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
  /** Refused. Ignored, they would delete more than was asked for. */
  category?: string | undefined;
  dom_id?: string | undefined;
  page?: string | undefined;
  search?: string | undefined;
}

/**
 * What the parameters ask to delete: a label (default on all closed days), or all of the days `from` to `to`.
 *
 * @throws ParameterError
 * @throws Refusal where a day still counts.
 */
export async function readDeletion(c: Context<AppEnv>, parameters: DeletionParameters): Promise<Deletion> {
  for (const name of ["category", "dom_id", "page", "search"] as const) {
    if (parameters[name]) throw new ParameterError(name, "only a label, a site and days can be deleted");
  }
  const label = parameters.label || undefined;
  if (!label && !(parameters.from && parameters.to)) {
    throw new ParameterError("label", "name a label, or both from and to");
  }
  const last = await lastClosedDay(c.env);
  const to = readDay("to", parameters.to) ?? last;
  if (to > last) {
    const { timeZone } = readConfig(c.env);
    throw new Refusal("day_open", `${to} still counts; the last closed day is ${last} (${timeZone})`);
  }
  const from = readDay("from", parameters.from) ?? (await readFirstDay(c.env.DB, to));
  checkRange(from, to);
  return { site: readSite(c, parameters.site), label, from, to };
}

/** The first day that has statistics, at the latest `last`. */
async function readFirstDay(db: D1Database, last: Day): Promise<Day> {
  const { results } = await selectSites(db).all<SiteDay>();
  return results.reduce((first, { day }) => (day < first ? day : first), last);
}
