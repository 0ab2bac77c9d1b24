/** Sets statistics of closed days to what a file says. Open days are left alone: objects still add to them. */
import type { Day } from "@tracker/sdk/protocol";
import type { DayRange } from "../model/counts.ts";
import { KINDS } from "./day-sum.ts";
import { IS_ACTION, tableOf } from "./query.ts";
import type { StatisticRow } from "./rows.ts";
import { splitJson } from "./json.ts";

const IS_CLOSED = "NOT IN (SELECT day FROM flush WHERE closed_at IS NULL)";
const FROM_JSON = `SELECT value ->> 0 AS site, value ->> 1 AS day, value ->> 2 AS label, value ->> 3 AS category,
  value ->> 4 AS dom_id, value ->> 5 AS counter, value ->> 6 AS page FROM json_each(?1)`;

/** Deletes the sums of these rows' days, which are made again from the rows. */
const DELETE_SUMS = `DELETE FROM day_sum WHERE kind IN (${KINDS})
  AND (site, day) IN (SELECT site, day FROM (${FROM_JSON})) AND day ${IS_CLOSED}`;

/**
 * Sets counters to what they are in the rows, whatever they were. Rows with a page are those of the page.
 *
 * @returns how many rows were new or different.
 */
export function importRows(db: D1Database, rows: readonly StatisticRow[]): Promise<number> {
  return changeRows(
    db,
    rows,
    (table, key) => `INSERT INTO ${table} (${key}, counter)
      SELECT ${key}, counter FROM (${FROM_JSON}) WHERE day ${IS_CLOSED}
      ON CONFLICT DO UPDATE SET counter = excluded.counter WHERE counter <> excluded.counter`,
  );
}

/** Deletes these rows. Returns how many there were. */
export function deleteRows(db: D1Database, rows: readonly StatisticRow[]): Promise<number> {
  return changeRows(
    db,
    rows,
    (table, key) => `DELETE FROM ${table} WHERE (${key}) IN (SELECT ${key} FROM (${FROM_JSON})) AND day ${IS_CLOSED}`,
  );
}

async function changeRows(
  db: D1Database,
  rows: readonly StatisticRow[],
  makeSql: (table: string, key: string) => string,
): Promise<number> {
  const statements = [false, true].flatMap((hasPage) => {
    const { table, key } = tableOf({ page: hasPage || undefined });
    const sql = makeSql(table, key.join(", "));
    const its = rows.filter(({ page }) => Boolean(page) === hasPage);
    return splitJson(its.map(toValues)).flatMap((json) =>
      [DELETE_SUMS, sql].map((each) => db.prepare(each).bind(json)),
    );
  });
  const results = await db.batch(statements);
  return results.reduce((sum, { meta }, index) => sum + (index % 2 == 1 ? meta.changes : 0), 0);
}

/** The positions of the rows that D1 does not have with just this counter. */
export async function findDifferent(db: D1Database, rows: readonly StatisticRow[]): Promise<number[]> {
  const numbered = rows.map((row, index) => [...toValues(row), index]);
  const isSame = `site = value ->> 0 AND day = value ->> 1 AND label = value ->> 2
    AND category = value ->> 3 AND dom_id = value ->> 4 AND counter = value ->> 5`;
  const results = await db.batch<{ position: number }>(
    splitJson(numbered).map((json) =>
      db
        .prepare(
          `SELECT value ->> 7 AS position FROM json_each(?1) WHERE NOT iif(value ->> 6 = '',
             EXISTS (SELECT 1 FROM statistic WHERE ${isSame}),
             EXISTS (SELECT 1 FROM page_statistic WHERE ${isSame} AND page = value ->> 6))`,
        )
        .bind(json),
    ),
  );
  return results.flatMap((result) => result.results.map(({ position }) => position));
}

/** Days on which this tracker's own objects counted something. */
export async function listCountedDays(db: D1Database): Promise<Day[]> {
  const { results } = await db.prepare("SELECT DISTINCT day FROM flush WHERE watermark > 0").all<{ day: Day }>();
  return results.map(({ day }) => day);
}

/** A site's rows in a range of days, without those that count no actions, from after a row on: over all pages, or each page's. */
export async function readRowsAfter(
  db: D1Database,
  site: string,
  { from, to }: DayRange,
  hasPages: boolean,
  after: StatisticRow | undefined,
  limit: number,
): Promise<StatisticRow[]> {
  const { day, page, label, category, dom_id: domId } = { ...FIRST, ...after };
  const [table, key] = hasPages
    ? ["page_statistic", "day, page, label, category, dom_id"]
    : ["statistic", "day, label, category, dom_id"];
  const { results } = await db
    .prepare(
      `SELECT * FROM ${table} WHERE site = ?1 AND day BETWEEN ?2 AND ?3 AND ${IS_ACTION}
         AND (${key}) > (?4, ${hasPages ? "?9, " : ""}?5, ?6, ?7) AND ?9 IS NOT NULL
       ORDER BY site, ${key} LIMIT ?8`,
    )
    .bind(site, from, to, day, label, category, domId, limit, page)
    .all<StatisticRow>();
  return results;
}

const FIRST = { day: "", page: "", label: "", category: "", dom_id: "" };

function toValues({
  site,
  day,
  label,
  category,
  dom_id: domId,
  counter,
  page = "",
}: StatisticRow): (string | number)[] {
  return [site, day, label, category, domId, counter, page];
}
