import type { Day } from "@tracker/sdk/protocol";
import { NO_ACTIONS } from "../model/key.ts";
import type { DayRange } from "../model/counts.ts";
import { splitJson } from "./json.ts";

/** What a question is about, beside its days. Absent parts: everything. */
export interface Filter {
  labels?: readonly string[] | undefined;
  /** What labels begin with. */
  prefix?: string | undefined;
  category?: string | undefined;
  domId?: string | undefined;
  /** The counts on this page alone; `true`: each page's apart, without what has no page. Absent: over all pages. */
  page?: string | true | undefined;
  /** Text that the label, the category or the DOM id contains, whatever its case. */
  search?: string | undefined;
}

/** What is counted but not in D1: an increment and its day. */
export type DayIncrement = [
  site: string,
  label: string,
  category: string,
  domId: string,
  count: number,
  day: Day,
  page?: string,
];

/** The sites and days a question is about, and their counts that D1 does not have. */
export interface Known extends DayRange {
  sites: readonly string[];
  tail: readonly DayIncrement[];
}

/** True for rows that count actions. */
export const IS_ACTION = NO_ACTIONS.map((label) => `label <> '${label}'`).join(" AND ");

export type Column = "site" | "day" | "page" | "label" | "category" | "dom_id";

/** Values bound to a statement, each named by its number. */
export class Parameters {
  readonly values: unknown[] = [];

  /** Binds the value and returns its name. */
  add(value: string | number): string {
    return `?${this.values.push(value)}`;
  }

  /** A list of texts, as a subquery. */
  addList(values: readonly string[]): string {
    return `(SELECT value FROM json_each(${this.add(JSON.stringify(values))}))`;
  }
}

/** The table that a filter is answered from, and its key. */
export function tableOf({ page }: Filter): { table: string; key: readonly Column[] } {
  const key = ["site", "day", "label", "category", "dom_id"] as const;
  return page === undefined ? { table: "statistic", key } : { table: "page_statistic", key: [...key, "page"] };
}

/**
 * The tail as a common table expression `tail(site, day, label, category, dom_id, counter)`, one row per key. Where the filter names a page,
 * there is a column `page`, and only what has one. A list of values and not a term for each part: D1 takes five terms in a compound SELECT.
 */
export function tailTable({ tail }: Known, { page }: Filter, parameters: Parameters): string {
  const counted =
    page === undefined ? tail : tail.filter(([, , , , , , of]) => (page === true ? of !== undefined : of === page));
  const parts = splitJson(counted).map((json) => `(${parameters.add(json)})`);
  const ofPage = page === undefined ? "" : ", value ->> 6";
  return `tail(site, day, label, category, dom_id, counter${page === undefined ? "" : ", page"}) AS MATERIALIZED (
    SELECT value ->> 0, value ->> 5, value ->> 1, value ->> 2, value ->> 3, sum(value ->> 4)${ofPage}
    FROM (VALUES ${parts.join() || "('[]')"}) AS part CROSS JOIN json_each(part.column1) GROUP BY 1, 2, 3, 4, 5${ofPage})`;
}

/** The days of a range, as a condition. */
export function daysCondition({ from, to }: DayRange, filter: Filter, parameters: Parameters): string {
  return daysBetween(parameters.add(from), parameters.add(to), filter);
}

/**
 * The days between two SQL expressions, as a condition. Where labels, their beginning, or a page, are asked for the days are listed, so that the primary key
 * (site, day, label or page, …) leads to each of them without a look at the rows between.
 */
export function daysBetween(first: string, last: string, { labels, prefix, page }: Filter): string {
  if (page === undefined ? !labels && !prefix : page === true) return `day BETWEEN ${first} AND ${last}`;
  return `day IN (WITH RECURSIVE days(day) AS (
    SELECT ${first} UNION ALL SELECT date(day, '+1 day') FROM days WHERE day < ${last}) SELECT day FROM days)`;
}

/** What a filter asks of a row's label, category, DOM id and page, as conditions. */
export function nameConditions(
  { labels, prefix, category, domId, page, search }: Filter,
  parameters: Parameters,
): string[] {
  const conditions = [labels ? `label IN ${parameters.addList(labels)}` : IS_ACTION];
  if (prefix) conditions.push(beginsWith("label", prefix, parameters));
  if (category !== undefined) conditions.push(`category = ${parameters.add(category)}`);
  if (domId !== undefined) conditions.push(`dom_id = ${parameters.add(domId)}`);
  if (typeof page == "string") conditions.push(`page = ${parameters.add(page)}`);
  if (search) {
    // Not LIKE: D1 takes patterns of 50 bytes.
    const text = parameters.add(search);
    const found = ["label", "category", "dom_id"].map((column) => `instr(lower(${column}), lower(${text})) > 0`);
    conditions.push(`(${found.join(" OR ")})`);
  }
  return conditions;
}

/** True where a column begins with a text: a range of its values, which the primary key leads to. */
export function beginsWith(column: string, prefix: string, parameters: Parameters): string {
  const first = parameters.add(prefix);
  return `(${column} >= ${first} AND ${column} < ${first} || char(1114111))`;
}

/** A value to sort by, and which way. */
export type Order = readonly [column: string, direction: "asc" | "desc"];

export function orderBy(orders: readonly Order[]): string {
  return orders.map(([column, direction]) => `${column} ${direction}`).join(", ");
}

/** True for the rows that come after the one with these values. */
export function comesAfter(
  orders: readonly Order[],
  values: readonly (string | number)[] | undefined,
  parameters: Parameters,
): string {
  if (!values) return "true";
  const [[column, direction], ...others] = orders as [Order, ...Order[]];
  const value = parameters.add(values[0]!);
  const beyond = `${column} ${direction === "asc" ? ">" : "<"} ${value}`;
  if (others.length === 0) return beyond;
  return `(${beyond} OR (${column} = ${value} AND ${comesAfter(others, values.slice(1), parameters)}))`;
}
