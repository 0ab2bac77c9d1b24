import {
  beginsWith,
  comesAfter,
  daysCondition,
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
import { NO_ACTIONS } from "../model/key.ts";

export interface SumPage {
  /** By the sum, or by what it is a sum of. */
  order: Order;
  after?: readonly (string | number)[] | undefined;
  limit: number;
}

/** What `day_sum` has sums of. */
type Kind = "day" | "label" | "category" | "page";

/** By what sums are sorted, so that no two are equal. */
export function sumOrders(by: readonly Column[], [column, direction]: Order): Order[] {
  const rest = by.filter((other) => other !== column).map((other): Order => [other, "asc"]);
  return [[column, direction], ...rest];
}

/** The sum of the counters for each value of the columns `by`. Days that are summed up already are not read row by row. */
export function selectSums(
  db: D1Database,
  known: Known,
  filter: Filter,
  by: readonly Column[],
  page: SumPage,
): D1PreparedStatement {
  const parameters = new Parameters();
  const columns = by.join(", ");
  const orders = sumOrders(by, page.order);
  const { tables, parts } = sumParts(known, filter, by, { counter: "sum(counter)" }, parameters);
  const sql = `
    WITH ${tables},
    sum(${columns}, counter) AS (SELECT ${columns}, sum(counter) FROM (${parts}) GROUP BY ${columns})
    SELECT ${columns}, counter FROM sum WHERE counter > 0 AND ${comesAfter(orders, page.after, parameters)}
    ORDER BY ${orderBy(orders)} LIMIT ${parameters.add(page.limit)}`;
  return db.prepare(sql).bind(...parameters.values);
}

/**
 * What is counted for each value of the columns `by`, in up to three parts: the tail, the rows of days without sums, and the sums.
 *
 * @param measures What each part says of a group: a name, and an aggregate of `counter` and `day`.
 * @returns the tables that the parts are made of, and the parts.
 */
export function sumParts(
  known: Known,
  filter: Filter,
  by: readonly Column[],
  measures: Readonly<Record<string, string>>,
  parameters: Parameters,
): { tables: string; parts: string } {
  const columns = by.join(", ");
  const sites = parameters.addList(known.sites);
  const days = daysCondition(known, filter, parameters);
  const names = nameConditions(filter, parameters).join(" AND ");
  const kind = kindFor(filter, by);
  const { table } = tableOf(filter);
  const measured = Object.entries(measures)
    .map(([name, aggregate]) => `${aggregate} AS ${name}`)
    .join(", ");
  // Each day's sum is made in the order of its rows; grouping would sort them all. Once, however many measures there are.
  const totals = `,
    total(site, day, counter) AS MATERIALIZED (
      SELECT site, day, (SELECT sum(counter) FROM statistic
        WHERE statistic.site = unsummed.site AND statistic.day = unsummed.day AND ${names}) FROM unsummed)`;
  const isByPageOfLabels = filter.page === true && filter.labels !== undefined;
  const rows =
    kind === "day"
      ? `FROM total`
      : isByPageOfLabels
        ? `FROM page_day CROSS JOIN page_statistic USING (site, day, page) WHERE ${names}`
        : kind
          ? `FROM unsummed CROSS JOIN ${table} USING (site, day) WHERE ${names}`
          : `FROM ${table} WHERE site IN ${sites} AND ${days} AND ${names}`;
  return {
    tables: `${tailTable(known, filter, parameters)},
    unsummed(site, day) AS MATERIALIZED (${unsummedDays(known, sites, parameters)})${kind === "day" ? totals : ""}
    ${isByPageOfLabels ? `, ${pageDays(known, sites, parameters)}` : ""}`,
    parts: `
      SELECT ${columns}, ${measured} FROM tail WHERE site IN ${sites} AND ${days} AND ${names} GROUP BY ${columns}
      UNION ALL SELECT ${columns}, ${measured} ${rows} GROUP BY ${columns}
      ${kind ? `UNION ALL ${selectDaySums(kind, filter, by, measured, sites, days, parameters)}` : ""}`,
  };
}

/** Which sums can answer; nothing when only the rows can. */
function kindFor({ labels, prefix, category, domId, page, search }: Filter, by: readonly Column[]): Kind | undefined {
  if (search || domId !== undefined || by.includes("dom_id") || labels?.some((label) => NO_ACTIONS.includes(label)))
    return undefined;
  const needsLabel = labels !== undefined || prefix !== undefined || by.includes("label");
  const needsCategory = category !== undefined || by.includes("category");
  if (page !== undefined) return needsLabel || needsCategory ? undefined : "page";
  if (needsLabel && needsCategory) return undefined;
  return needsLabel ? "label" : needsCategory ? "category" : "day";
}

function selectDaySums(
  kind: Kind,
  { labels, prefix, category, page }: Filter,
  by: readonly Column[],
  measured: string,
  sites: string,
  days: string,
  parameters: Parameters,
): string {
  const columns = by.map((column) => (column === kind && kind !== "day" ? "name" : column)).join(", ");
  const conditions = [`site IN ${sites}`, `kind = '${kind}'`, days, "counter > 0"];
  if (kind === "label" && labels) conditions.push(`name IN ${parameters.addList(labels)}`);
  if (kind === "label" && prefix) conditions.push(beginsWith("name", prefix, parameters));
  if (kind === "category" && category !== undefined) conditions.push(`name = ${parameters.add(category)}`);
  if (kind === "page" && typeof page == "string") conditions.push(`name = ${parameters.add(page)}`);
  return `SELECT ${columns}, ${measured} FROM day_sum WHERE ${conditions.join(" AND ")} GROUP BY ${columns}`;
}

/** The pages of each day: one look at the primary key for each, so that a label is found on them without reading what else they have. */
function pageDays(known: Known, sites: string, parameters: Parameters): string {
  const first = (of: string, condition: string): string =>
    `(SELECT min(page) FROM page_statistic WHERE page_statistic.site = ${of}.site AND page_statistic.day = ${of}.day ${condition})`;
  return `page_day(site, day, page) AS MATERIALIZED (
    WITH RECURSIVE ${daysTable(known, parameters)},
      site_day(site, day) AS (SELECT value, day FROM ${sites} CROSS JOIN days),
      found(site, day, page) AS (
        SELECT site, day, ${first("site_day", "")} FROM site_day
        UNION ALL SELECT site, day, ${first("found", "AND page_statistic.page > found.page")} FROM found WHERE page IS NOT NULL)
    SELECT site, day, page FROM found WHERE page IS NOT NULL)`;
}

function daysTable({ from, to }: Known, parameters: Parameters): string {
  return `days(day) AS (
    SELECT ${parameters.add(from)} UNION ALL SELECT date(day, '+1 day') FROM days WHERE day < ${parameters.add(to)})`;
}

/** The days of each site that have no sums. */
function unsummedDays(known: Known, sites: string, parameters: Parameters): string {
  return `
    WITH RECURSIVE ${daysTable(known, parameters)}
    SELECT sites.value, days.day FROM ${sites} AS sites CROSS JOIN days
    WHERE NOT EXISTS (
      SELECT 1 FROM day_sum WHERE day_sum.site = sites.value AND kind = 'day' AND day_sum.day = days.day AND name = '')`;
}
