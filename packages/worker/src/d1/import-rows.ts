/** Sets statistics of closed days to what a file says. Open days are left alone: objects still add to them. */
import type { Day } from "@tracker/sdk/protocol";
import type { DayRange } from "../model/counts.ts";
import { IS_ACTION } from "./query.ts";
import type { StatisticRow } from "./rows.ts";
import { splitJson } from "./json.ts";

const IS_CLOSED = "NOT IN (SELECT day FROM flush WHERE closed_at IS NULL)";
const FROM_JSON = `SELECT value ->> 0 AS site, value ->> 1 AS day, value ->> 2 AS label, value ->> 3 AS category,
  value ->> 4 AS dom_id, value ->> 5 AS counter FROM json_each(?1)`;

/** Deletes the sums of these rows' days, which are made again from the rows. */
const DELETE_SUMS = `DELETE FROM day_sum WHERE kind IN ('day', 'label', 'category')
  AND (site, day) IN (SELECT site, day FROM (${FROM_JSON})) AND day ${IS_CLOSED}`;

/**
 * Sets counters to what they are in the rows, whatever they were.
 *
 * @returns how many rows were new or different.
 */
export function importRows(db: D1Database, rows: readonly StatisticRow[]): Promise<number> {
  return changeRows(
    db,
    rows,
    `INSERT INTO statistic (site, day, label, category, dom_id, counter)
     SELECT * FROM (${FROM_JSON}) WHERE day ${IS_CLOSED}
     ON CONFLICT DO UPDATE SET counter = excluded.counter WHERE counter <> excluded.counter`,
  );
}

/** Deletes these rows. Returns how many there were. */
export function deleteRows(db: D1Database, rows: readonly StatisticRow[]): Promise<number> {
  return changeRows(
    db,
    rows,
    `DELETE FROM statistic WHERE (site, day, label, category, dom_id) IN (
       SELECT site, day, label, category, dom_id FROM (${FROM_JSON})) AND day ${IS_CLOSED}`,
  );
}

async function changeRows(db: D1Database, rows: readonly StatisticRow[], sql: string): Promise<number> {
  const results = await db.batch(
    splitJson(rows.map(toValues)).flatMap((json) => [DELETE_SUMS, sql].map((each) => db.prepare(each).bind(json))),
  );
  return results.reduce((sum, { meta }, index) => sum + (index % 2 == 1 ? meta.changes : 0), 0);
}

/** The positions of the rows that D1 does not have with just this counter. */
export async function findDifferent(db: D1Database, rows: readonly StatisticRow[]): Promise<number[]> {
  const numbered = rows.map((row, index) => [...toValues(row), index]);
  const results = await db.batch<{ position: number }>(
    splitJson(numbered).map((json) =>
      db
        .prepare(
          `SELECT value ->> 6 AS position FROM json_each(?1) WHERE NOT EXISTS (
             SELECT 1 FROM statistic WHERE site = value ->> 0 AND day = value ->> 1 AND label = value ->> 2
               AND category = value ->> 3 AND dom_id = value ->> 4 AND counter = value ->> 5)`,
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

/** A site's rows in a range of days, without those that count no actions, from after a row on. */
export async function readRowsAfter(
  db: D1Database,
  site: string,
  { from, to }: DayRange,
  after: StatisticRow | undefined,
  limit: number,
): Promise<StatisticRow[]> {
  const { day, label, category, dom_id: domId } = after ?? { day: "", label: "", category: "", dom_id: "" };
  const { results } = await db
    .prepare(
      `SELECT * FROM statistic WHERE site = ?1 AND day BETWEEN ?2 AND ?3 AND ${IS_ACTION}
         AND (day, label, category, dom_id) > (?4, ?5, ?6, ?7)
       ORDER BY site, day, label, category, dom_id LIMIT ?8`,
    )
    .bind(site, from, to, day, label, category, domId, limit)
    .all<StatisticRow>();
  return results;
}

function toValues({ site, day, label, category, dom_id: domId, counter }: StatisticRow): (string | number)[] {
  return [site, day, label, category, domId, counter];
}
