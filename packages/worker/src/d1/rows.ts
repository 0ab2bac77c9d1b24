import type { Day } from "@tracker/sdk/protocol";
import {
  comesAfter,
  daysBetween,
  nameConditions,
  orderBy,
  Parameters,
  tableOf,
  tailTable,
  type Column,
  type Filter,
  type Known,
  type Order,
} from "./query.ts";
import type { DayRange } from "../model/counts.ts";

/** A row of `statistic` with what is counted on top of it but not flushed. */
export interface StatisticRow {
  site: string;
  day: Day;
  label: string;
  category: string;
  dom_id: string;
  /** Where a page, or all of them, are asked for. */
  page?: string;
  counter: number;
}

export type RowColumn = Exclude<Column, "site" | "page"> | "counter";

export interface RowPage {
  order: Order & readonly [RowColumn, "asc" | "desc"];
  /** The values of the row before the page, in the order of `rowOrders`. */
  after?: readonly (string | number)[] | undefined;
  limit: number;
}

/** By what rows are sorted, so that no two are equal. */
export function rowOrders([column, direction]: RowPage["order"], { page }: Filter = {}): Order[] {
  const all = [
    "day",
    "label",
    "category",
    "dom_id",
    "site",
    ...(page === undefined ? [] : (["page"] as const)),
  ] as const;
  const rest = all.filter((other) => other !== column);
  return [[column, direction], ...rest.map((other): Order => [other, other === "day" ? "desc" : "asc"])];
}

/**
 * One page of the rows of a filter.
 *
 * Keys of the tail are added to their own rows and left out of the others, so a page's rows are right whatever they are sorted by.
 * By day a page reads no further than the day on which a site alone fills it; by another column, the rows of all the filter's days,
 * twice: once as they are and once to see whether they are among the page's. (docs/decisions/003-lists-sort-what-they-read.md)
 */
export function selectRows(db: D1Database, known: Known, filter: Filter, page: RowPage): D1PreparedStatement {
  const parameters = new Parameters();
  const orders = rowOrders(page.order, filter);
  const isAfter = comesAfter(orders, page.after, parameters);
  const limit = parameters.add(page.limit);
  const names = nameConditions(filter, parameters).join(" AND ");
  const { from, to } = startAt(page, known);
  const [first, last] = [parameters.add(from), parameters.add(to)];
  const days = daysBetween(first, last, filter);
  const { table, key: keyColumns } = tableOf(filter);
  const key = keyColumns.join(", ");
  const columns = `${key}, counter`;
  const sites = `json_each(${parameters.add(JSON.stringify(known.sites))}) AS asked`;
  // Of each site the day of the row that fills a page; the first of them that is reached.
  const reach = (aggregate: "min" | "max", end: string): string => `coalesce((
    SELECT ${aggregate}((
      SELECT day FROM ${table} WHERE site = asked.value AND ${days} AND ${names} AND ${isAfter}
      ORDER BY day ${page.order[1]} LIMIT 1 OFFSET ${limit} - 1))
    FROM ${sites}), ${end})`;
  const isSortedByDay = page.order[0] === "day";
  const daysOfPage = !isSortedByDay
    ? days
    : page.order[1] === "desc"
      ? daysBetween(reach("max", first), last, filter)
      : daysBetween(first, reach("min", last), filter);
  // Not NOT IN: to learn that a key is not there, SQLite would go through all of the tail for each row, lest one be NULL.
  const isNotInTail = `iif((${key}) IN (SELECT ${key} FROM tail), false, true)`;
  const sql = `
    WITH ${tailTable(known, filter, parameters)}
    SELECT ${columns} FROM (
      SELECT ${columns} FROM ${sites} CROSS JOIN ${table}
      WHERE site = asked.value AND ${daysOfPage} AND ${names} AND ${isAfter} AND ${isNotInTail}
      UNION ALL
      SELECT ${key}, counter + coalesce((
        SELECT flushed.counter FROM ${table} AS flushed
        WHERE (${keyColumns.map((column) => `flushed.${column}`).join()}) =
          (${keyColumns.map((column) => `tail.${column}`).join()})), 0) AS counter
      FROM tail WHERE ${days} AND ${names}
    ) WHERE ${isAfter} ORDER BY ${orderBy(orders)} LIMIT ${limit}`;
  return db.prepare(sql).bind(...parameters.values);
}

/** The days that a page can still have rows of, where it is sorted by day. */
function startAt({ order: [column, direction], after }: RowPage, { from, to }: DayRange): DayRange {
  if (column !== "day" || !after) return { from, to };
  const reached = String(after[0]);
  // A cursor may come from another range.
  const day = reached < from ? from : reached > to ? to : reached;
  return direction === "desc" ? { from, to: day } : { from: day, to };
}
