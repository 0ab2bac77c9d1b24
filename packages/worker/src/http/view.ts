/** What the line above the dashboard's pages says: site, range, and what it is compared with. */
import { addDays, type Day } from "@tracker/sdk/protocol";
import type { Context } from "hono";
import * as v from "valibot";
import { readConfig } from "../config/config.ts";
import { selectSites, type SiteDay } from "../d1/day-sum.ts";
import type { DayRange } from "../model/counts.ts";
import { COMPARISONS, RANGES, rangeBefore, resolveRange, type Comparison, type RangeName } from "../model/period.ts";
import type { Subject } from "../statistics/read.ts";
import type { AppEnv } from "./context.ts";
import { checkRange, parseParameters, readDay, readSite } from "./parameters.ts";

/** How many days own dates have where the first is not said. */
const OWN_DAYS = 30;

export interface View extends Subject {
  /** Nothing for own dates. */
  range: RangeName | undefined;
  comparison: Comparison;
  /** The days to compare with; nothing where that was not asked for, or would not be fair. */
  before: DayRange | undefined;
  /** Why nothing is compared though it was asked for: today is not over, or the database does not go back so far. */
  notCompared: "today" | "uncovered" | undefined;
  today: Day;
  /** The first day that has statistics, of the site or of all. */
  firstDay: Day | undefined;
  /** All sites that have statistics and may be read. */
  sites: readonly string[];
}

const Parameters = v.object({
  range: v.optional(v.union([v.picklist(RANGES), v.literal("")], `not one of ${RANGES.join(", ")}`)),
  compare: v.optional(v.union([v.picklist(COMPARISONS), v.literal("")], `not one of ${COMPARISONS.join(", ")}`)),
  site: v.optional(v.string()),
  from: v.optional(v.string()),
  to: v.optional(v.string()),
});

/**
 * Reads the view of a page. Without a range it is of seven days, and of today where everything was counted today.
 *
 * @throws ParameterError
 */
export async function readView(c: Context<AppEnv>): Promise<View> {
  const { range: asked, compare, ...given } = parseParameters(Parameters, c.req.query());
  const today = readConfig(c.env).calendar.dayOf(Date.now());
  const site = readSite(c, given.site);
  const isOwn = !asked && Boolean(given.from || given.to);
  const own = isOwn ? readOwnDates(given, today) : undefined;
  const { results } = await selectSites(c.env.DB).all<SiteDay>();
  const readable = c.get("caller")?.site === undefined ? results : results.filter((row) => row.site === site);
  const firstDays = readable.filter((row) => site === undefined || row.site === site).map(({ day }) => day);
  const firstDay = firstDays.toSorted()[0];
  const range = own ? undefined : asked || (!firstDay || firstDay >= today ? "today" : "7d");
  const days = own ?? resolveRange(range!, today);
  const comparison = compare || "before";
  return {
    site,
    ...days,
    range,
    comparison,
    today,
    firstDay,
    sites: readable.map((row) => row.site),
    ...findBefore(days, comparison, today, firstDay),
  };
}

function findBefore(
  days: DayRange,
  comparison: Comparison,
  today: Day,
  firstDay: Day | undefined,
): Pick<View, "before" | "notCompared"> {
  if (comparison === "none") return { before: undefined, notCompared: undefined };
  if (days.to >= today) return { before: undefined, notCompared: "today" };
  const before = rangeBefore(days, comparison);
  const isCovered = firstDay !== undefined && firstDay <= before.from;
  return isCovered ? { before, notCompared: undefined } : { before: undefined, notCompared: "uncovered" };
}

/** @throws ParameterError */
function readOwnDates(given: { from?: string | undefined; to?: string | undefined }, today: Day): DayRange {
  const to = readDay("to", given.to) ?? today;
  const from = readDay("from", given.from) ?? addDays(to, 1 - OWN_DAYS);
  checkRange(from, to);
  return { from, to };
}

/** All days that a view needs: its own, and those that they are compared with. */
export function subjectOf({ site, from, to, before }: View): Subject {
  return { site, from: before?.from ?? from, to };
}
