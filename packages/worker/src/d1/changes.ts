/** Counts beside those of the days before, and which of them changed by more than chance: `model/change.ts` in SQL. */
import type { Day } from "@tracker/sdk/protocol";
import { ALPHA, FLOOR, LEAST_CHANGE, REST_DAYS, type Change } from "../model/change.ts";
import type { DayRange } from "../model/counts.ts";
import { countDays } from "../model/period.ts";
import { comesAfter, orderBy, Parameters, type Column, type Filter, type Known, type Order } from "./query.ts";
import { sumParts } from "./sums.ts";

export const CHANGES = ["up", "down", "quiet", "new"] as const satisfies readonly Change[];

/** One name's counts, its other columns those that were asked for. */
export interface ChangeRow extends Partial<Record<Column, string>> {
  now: number;
  before: number;
  /** The last day with an action, of both ranges. */
  last: Day;
  change: Change | null;
}

/** How many names were counted in the range, and how many changed. */
export type ChangeTotals = Record<"names" | Change, number>;

export interface ChangePage {
  /** By `now`, `before`, `last` or one of the columns. */
  order: Order;
  after?: readonly (string | number)[] | undefined;
  limit: number;
  /** What changed like this alone. Absent: all that was counted in the range. */
  change?: Change | undefined;
  /** Text that the first of the columns contains, whatever its case. */
  search?: string | undefined;
}

/** The days that are counted, and those that they are compared with. */
export interface Ranges {
  range: DayRange;
  /** Nothing: nothing is compared, and nothing changed. */
  before: DayRange | undefined;
}

/** By what such rows are sorted, so that no two are equal. */
export function changeOrders(by: readonly Column[], order: Order): Order[] {
  return [order, ...by.filter((column) => column !== order[0]).map((column): Order => [column, "asc"])];
}

/**
 * The counts of a range for each value of the columns `by`, beside those of the range before. Each row has the totals, too; where
 * there is no row, one has nothing else.
 *
 * @param known Its days are those of both ranges.
 */
export function selectChanges(
  db: D1Database,
  known: Known,
  filter: Filter,
  by: readonly Column[],
  ranges: Ranges,
  { order, after, limit, change, search }: ChangePage,
): D1PreparedStatement {
  const parameters = new Parameters();
  const columns = by.join(", ");
  const orders = changeOrders(by, order);
  const judged = judgedTables(known, filter, by, ranges, parameters);
  const isShown = change ? `change = '${change}'` : "now > 0";
  const isFound = search ? `instr(lower(${by[0]}), lower(${parameters.add(search)})) > 0` : "true";
  const sql = `
    WITH ${judged}
    SELECT * FROM
      (SELECT coalesce(sum(now > 0), 0) AS names, ${CHANGES.map((kind) => `coalesce(sum(change = '${kind}'), 0) AS "${kind}"`).join(", ")}
       FROM judged)
      LEFT JOIN (
        SELECT ${columns}, now, before, last, change FROM judged
        WHERE ${isShown} AND ${isFound} AND ${comesAfter(orders, after, parameters)}
        ORDER BY ${orderBy(orders)} LIMIT ${parameters.add(limit)}) ON true`;
  return db.prepare(sql).bind(...parameters.values);
}

/** What changed most certainly, so many of each kind. */
export function selectTopChanges(
  db: D1Database,
  known: Known,
  filter: Filter,
  by: readonly Column[],
  ranges: Ranges,
  limit: number,
): D1PreparedStatement {
  const parameters = new Parameters();
  const columns = by.join(", ");
  const judged = judgedTables(known, filter, by, ranges, parameters);
  const sql = `
    WITH ${judged},
    placed AS (
      SELECT *, row_number() OVER (PARTITION BY change ORDER BY score DESC, ${columns}) AS place
      FROM judged WHERE change IS NOT NULL)
    SELECT ${columns}, now, before, last, change FROM placed WHERE place <= ${parameters.add(limit)}
    ORDER BY change, place`;
  return db.prepare(sql).bind(...parameters.values);
}

/** The table `judged`, and those that it is made of. */
function judgedTables(
  known: Known,
  filter: Filter,
  by: readonly Column[],
  { range, before }: Ranges,
  parameters: Parameters,
): string {
  const columns = by.join(", ");
  const countIn = ({ from, to }: DayRange): string =>
    `sum(iif(day BETWEEN ${parameters.add(from)} AND ${parameters.add(to)}, counter, 0))`;
  const measures = {
    now: countIn(range),
    before: before ? countIn(before) : "0",
    last: "max(iif(counter > 0, day, ''))",
  };
  const { tables, parts } = sumParts(known, filter, by, measures, parameters);
  return `${tables},
    counted(${columns}, now, before, last) AS MATERIALIZED (
      SELECT ${columns}, sum(now), sum(before), max(last) FROM (${parts}) GROUP BY ${columns}),
    test(surprise) AS MATERIALIZED (
      SELECT ln(max(1, count(*)) / ${ALPHA}) FROM counted WHERE max(now, before) >= ${FLOOR}),
    judged AS MATERIALIZED (${before ? judge(range, before, parameters) : "SELECT *, NULL AS change, 0 AS score FROM counted"})`;
}

/** `judgeChange`, for each row of `counted`. */
function judge(range: DayRange, before: DayRange, parameters: Parameters): string {
  const [nowDays, beforeDays] = [countDays(range), countDays(before)];
  return `
    SELECT *, CASE
      WHEN silent > ${Math.min(nowDays - 1, REST_DAYS)} AND before * 1.0 / ${beforeDays} * silent >= max(${FLOOR}, surprise) THEN 'quiet'
      WHEN max(now, before) < ${FLOOR} OR score < 2 * surprise THEN NULL
      WHEN before = 0 THEN 'new'
      WHEN abs(difference) < ${LEAST_CHANGE} * before * ${nowDays} THEN NULL
      WHEN difference > 0 THEN 'up'
      ELSE 'down' END AS change
    FROM (
      SELECT *, difference * difference / ((now + before) * ${nowDays * beforeDays}.0) AS score FROM (
        SELECT counted.*, surprise, now * ${beforeDays}.0 - before * ${nowDays}.0 AS difference,
          julianday(${parameters.add(range.to)}) - julianday(last) AS silent
        FROM counted CROSS JOIN test WHERE now > 0 OR before > 0))`;
}
