// The parameters of the API's routes. One that is not here is refused by its name.
import * as v from "valibot";
import { FILTER, STATS_RANGE, whole } from "../http/parameters.ts";
import { StatisticsQuery as ListQuery } from "../http/read-statistics.ts";

export const StatisticsQuery = v.strictObject(ListQuery.entries);

export const TrackQuery = v.object({
  labels: v.pipe(v.string(), v.description("label:category:domId, several joined by |")),
  site: v.optional(v.pipe(v.string(), v.description("which site, with the token"))),
});

/** What one asks for: a DOM id, or the label and category of actions without one. */
const action = v.union(
  [v.pipe(v.string(), v.nonEmpty()), v.strictTuple([v.string(), v.string()])],
  'not a DOM id, nor ["label", "category"] of actions without one',
);

export const StatsQuery = v.object({
  dom_ids: v.pipe(v.string(), v.description("DOM ids, joined by |")),
  ...STATS_RANGE,
});

/** The same as JSON. */
export const StatsRequest = v.object({
  dom_ids: v.optional(
    v.pipe(v.array(action), v.description("what is asked for; absent: the DOM ids that are counted most")),
  ),
  ...STATS_RANGE,
  days: v.optional(
    v.union([v.pipe(v.number(), v.transform(String), STATS_RANGE.days.wrapped), STATS_RANGE.days.wrapped]),
  ),
  before: v.optional(
    v.pipe(v.boolean(), v.description("adds to each row the counter of as many days directly before the first")),
  ),
  by: v.optional(v.pipe(v.literal("day"), v.description("the counter of each day, of one action that is asked for"))),
});

export const DeleteQuery = v.strictObject({
  label: v.optional(v.pipe(v.string(), v.description("this label; if absent, from and to are needed"))),
  from: v.optional(
    v.pipe(FILTER.from.wrapped, v.description("first day; default, with a label, the first that has statistics")),
  ),
  to: v.optional(v.pipe(FILTER.to.wrapped, v.description("last day; default, with a label, the last that is closed"))),
  site: FILTER.site,
});

export const AnnotationsQuery = v.strictObject({ from: FILTER.from, to: FILTER.to, site: FILTER.site });

/** Names one thing to delete. */
export const IdQuery = v.strictObject({ id: whole(1, Number.MAX_SAFE_INTEGER, "its number, as the list has it") });
export const TokenQuery = v.strictObject({ id: v.pipe(v.string(), v.description("as `GET /api/tokens` lists it")) });

export const TimeseriesQuery = v.strictObject(FILTER);

export const ExportQuery = v.strictObject({
  ...FILTER,
  format: v.optional(v.picklist(["csv", "json"]), "csv"),
  pages: v.optional(
    v.pipe(v.picklist(["true", "false"]), v.description("each page's rows, too, after those over all pages")),
    "false",
  ),
});

export const ImportQuery = v.strictObject({
  site: v.optional(v.pipe(v.string(), v.description("whose rows these are if the file has no column site"))),
  replace: v.optional(
    v.pipe(
      v.picklist(["true", "false"]),
      v.description("whether days become exactly what the file says, also those that this tracker counted itself"),
    ),
    "false",
  ),
});
