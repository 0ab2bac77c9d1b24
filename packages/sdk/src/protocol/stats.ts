import type { Day } from "./day.ts";

/** One row of `/get_stats/`: a DOM id, how often it was pinged, and under which label. */
export type StatRow = [domId: string, counter: number, label: string];

/** One row of the answer to a {@link StatsRequest}. `before`: how often it was pinged in the days before, where those are asked for. */
export type StatDetail = [domId: string, counter: number, label: string, category: string, before?: number];

/** A day and how often something was pinged on it. */
export type DayCount = [day: Day, counter: number];

/** A DOM id and how often it was pinged, under whatever label. */
export type TopDomId = [domId: string, counter: number];

/** The body of `POST /get_stats/`: what a heat map asks. */
export interface StatsRequest {
  /**
   * DOM ids, and label and category of actions without one; absent: the DOM ids that are counted most, each answered as a
   * {@link TopDomId}.
   */
  dom_ids?: (string | [label: string, category: string])[];
  /** How many days up to today, instead of `from` and `to`. */
  days?: number;
  /** First day, default today. */
  from?: Day;
  /** Last day, included, default today. */
  to?: Day;
  /** One site's statistics, where several are served. */
  site?: string;
  /** One page's; absent: all pages'. */
  page?: string;
  /** Adds to each row the counter of as many days directly before the first: rows have `before`. */
  before?: boolean;
  /** Asks for each day's counter of the one action in `dom_ids`: rows are {@link DayCount}. */
  by?: "day";
}

/** What to ask `/get_stats/` for. */
export interface StatsQuery {
  domIds: readonly string[];
  /** First day, default today. */
  from?: Day;
  /** Last day, included, default today. */
  to?: Day;
  /** One site's statistics; where several are served. */
  site?: string;
  /** One page's; absent: all pages'. */
  page?: string;
}

/**
 * The query string of a `/get_stats/` request. DOM ids are joined by `|`, as django-tracker's pages do.
 *
 * @example `/get_stats/?${formatStatsQuery({ domIds: ["link1", "link2"] })}`
 */
export function formatStatsQuery({ domIds, from, to, site, page }: StatsQuery): string {
  const query = new URLSearchParams({ dom_ids: domIds.join("|") });
  for (const [name, value] of Object.entries({ from, to, site, page })) if (value) query.set(name, value);
  return query.toString();
}
