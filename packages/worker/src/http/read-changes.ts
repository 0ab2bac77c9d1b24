import type { Context } from "hono";
import * as v from "valibot";
import {
  changeOrders,
  CHANGES,
  selectChanges,
  type ChangePage,
  type ChangeRow,
  type ChangeTotals,
} from "../d1/changes.ts";
import type { Column, Filter } from "../d1/query.ts";
import { queryExactly } from "../statistics/read.ts";
import type { AppEnv } from "./context.ts";
import { cutPage, decodeCursor, PAGE } from "./parameters.ts";
import { subjectOf, type View } from "./view.ts";

const SORTS = ["name", "now", "before", "last"] as const;

/** Which part of a list is meant. Those that a form sent empty are as good as none. */
export const ChangesQuery = v.object({
  show: v.optional(v.pipe(v.picklist(CHANGES), v.description("only what changed like this, by more than chance"))),
  sort: v.optional(v.pipe(v.picklist(SORTS), v.description("default now, or before for what went quiet"))),
  search: v.optional(v.pipe(v.string(), v.description("text that the name contains"))),
  ...PAGE,
});

export type ChangesParameters = v.InferOutput<typeof ChangesQuery>;

/** A page of a list of counts beside those of the period before. */
export interface ChangesPage {
  sort: (typeof SORTS)[number];
  direction: "asc" | "desc";
  rows: ChangeRow[];
  /** The cursor of the next page. */
  next: string | null;
  totals: ChangeTotals;
}

/** @param by What has a row each; the list can be sorted by the first. @throws ParameterError */
export async function readChanges(
  c: Context<AppEnv>,
  view: View,
  filter: Filter,
  by: readonly Column[],
  { show, sort = show === "quiet" ? "before" : "now", order, search, cursor, limit = 100 }: ChangesParameters,
): Promise<ChangesPage> {
  const column = sort === "name" ? by[0]! : sort;
  const direction = order ?? (sort === "name" ? "asc" : "desc");
  const columns = changeOrders(by, [column, direction]).map(([name]) => name as keyof ChangeRow);
  const sortName = [...by, column, direction].join();
  const page: ChangePage = {
    change: show,
    search: search || undefined,
    order: [column, direction],
    after: decodeCursor(cursor, sortName, columns),
    limit: limit + 1,
  };
  const { results } = await queryExactly<ChangeRow & ChangeTotals>(c.env, subjectOf(view), (known) => [
    selectChanges(c.env.DB, known, filter, by, { range: view, before: view.before }, page),
  ]);
  const [totals] = results[0]! as [ChangeRow & ChangeTotals];
  // Where nothing is found there is one row, of nothing but totals.
  const rows = results[0]!.filter((row) => row.now !== null);
  return { sort, direction, totals, ...cutPage<ChangeRow>(rows, limit, sortName, columns) };
}
