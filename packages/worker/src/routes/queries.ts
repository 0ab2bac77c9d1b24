// The parameters of the API's routes. One that is not here is refused by its name.
import * as v from "valibot";
import { FILTER } from "../http/parameters.ts";
import { StatisticsQuery as ListQuery } from "../http/read-statistics.ts";

export const StatisticsQuery = v.strictObject(ListQuery.entries);

export const DeleteQuery = v.strictObject({
  label: v.optional(v.pipe(v.string(), v.description("this label; if absent, from and to are needed"))),
  from: v.optional(
    v.pipe(FILTER.from.wrapped, v.description("first day; default, with a label, the first that has statistics")),
  ),
  to: v.optional(v.pipe(FILTER.to.wrapped, v.description("last day; default, with a label, the last that is closed"))),
  site: FILTER.site,
});

export const TimeseriesQuery = v.strictObject(FILTER);

export const ExportQuery = v.strictObject({ ...FILTER, format: v.optional(v.picklist(["csv", "json"]), "csv") });

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
