import type { Day } from "@tracker/sdk/protocol";
import type { Context } from "hono";
import * as v from "valibot";
import { queryExactly, type Subject } from "../statistics/read.ts";
import type { Column, Filter, Order } from "../d1/query.ts";
import { rowOrders, selectRows, type StatisticRow } from "../d1/rows.ts";
import { selectSums, sumOrders } from "../d1/sums.ts";
import { cutPage, decodeCursor, FILTER, PAGE, ParameterError, readSelection } from "./parameters.ts";
import type { AppEnv } from "./context.ts";

export const COLUMNS = ["day", "label", "category", "dom_id", "counter"] as const;
const GROUPS = ["label", "category", "dom_id", "page", "day", "site"] as const;

/** The parameters of a list: rows, or sums of them. */
export const StatisticsQuery = v.object({
  ...FILTER,
  group: v.optional(v.pipe(v.picklist(GROUPS), v.description("sums instead of rows: one for each of these"))),
  sort: v.optional(v.pipe(v.picklist(COLUMNS), v.description("default day, or counter for sums"))),
  ...PAGE,
});

export type StatisticsParameters = v.InferOutput<typeof StatisticsQuery>;

/** A page of a list. Of sums each row has only what it is a sum of, and the counter. */
export interface StatisticsPage {
  subject: Subject;
  filter: Filter;
  sort: (typeof COLUMNS)[number];
  direction: "asc" | "desc";
  rows: (Partial<StatisticRow> & { counter: number })[];
  /** The cursor of the next page. */
  next: string | null;
  openDays: readonly Day[];
  sites: readonly string[];
}

/** Of all sites that have statistics, those that the caller may see. */
function readSites(c: Context<AppEnv>, sites: readonly string[]): readonly string[] {
  const only = c.get("caller")?.site;
  return only === undefined ? sites : sites.filter((site) => site === only);
}

/** @throws ParameterError */
export async function readStatistics(
  c: Context<AppEnv>,
  { group, sort, order, cursor, limit = 100, ...parameters }: StatisticsParameters,
): Promise<StatisticsPage> {
  const question = readSelection(c, parameters);
  const { subject } = question;
  const filter: Filter =
    group === "page" ? { ...question.filter, page: question.filter.page ?? true } : question.filter;
  const column = sort ?? (group ? "counter" : "day");
  const direction = order ?? (column === "counter" || column === "day" ? "desc" : "asc");
  if (group && column !== "counter" && column !== group) {
    throw new ParameterError("sort", `sums by ${group} are sorted by counter or ${group}`);
  }
  const by: Column[] = group ? [group] : [];
  const sortedBy: readonly [(typeof COLUMNS)[number], "asc" | "desc"] = [column, direction];
  const orders: Order[] = group ? sumOrders(by, sortedBy) : rowOrders(sortedBy, filter);
  const sortName = [group ?? "", ...sortedBy].join();
  const columns = orders.map(([name]) => name as keyof StatisticRow);
  const page = { order: sortedBy, after: decodeCursor(cursor, sortName, columns), limit: limit + 1 };
  const { results, openDays, sites } = await queryExactly<StatisticRow>(c.env, subject, (known) => [
    group ? selectSums(c.env.DB, known, filter, by, page) : selectRows(c.env.DB, known, filter, page),
  ]);
  return {
    subject,
    filter,
    sort: column,
    direction,
    openDays,
    sites: readSites(c, sites),
    ...cutPage(results[0]!, limit, sortName, columns),
  };
}
