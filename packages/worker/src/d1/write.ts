/** Deleting and importing statistics of days that are closed: open ones would be refilled, or overwritten while they count. */
import type { Day } from "@tracker/sdk/protocol";
import type { StatisticRow } from "./rows.ts";
import type { DayRange } from "../model/counts.ts";
import { splitJson } from "./json.ts";

// What each statement of a transaction asks: no object may still add to these days.
const IS_CLOSED = "NOT EXISTS (SELECT 1 FROM flush WHERE flush.day BETWEEN ?2 AND ?3 AND closed_at IS NULL)";

/** Deletes all rows of some days of a site. Returns how many there were. */
export async function deleteDays(db: D1Database, site: string, { from, to }: DayRange): Promise<number> {
  const [rows] = await db.batch(
    [
      `DELETE FROM statistic WHERE site = ?1 AND day BETWEEN ?2 AND ?3 AND ${IS_CLOSED}`,
      `DELETE FROM day_sum WHERE site = ?1 AND kind IN ('day', 'label', 'category') AND day BETWEEN ?2 AND ?3
         AND ${IS_CLOSED}`,
    ].map((sql) => db.prepare(sql).bind(site, from, to)),
  );
  return rows!.meta.changes;
}

/** Deletes a label's rows on some days of a site, and these days' sums. Returns how many rows there were. */
export async function deleteLabel(
  db: D1Database,
  site: string,
  { from, to }: DayRange,
  label: string,
): Promise<number> {
  const days = `day IN (WITH RECURSIVE days(day) AS (
    SELECT ?2 UNION ALL SELECT date(day, '+1 day') FROM days WHERE day < ?3) SELECT day FROM days)`;
  const [, rows] = await db.batch(
    [
      `DELETE FROM day_sum WHERE site = ?1 AND kind IN ('day', 'label', 'category') AND ${IS_CLOSED}
         AND day IN (SELECT day FROM statistic WHERE site = ?1 AND ${days} AND label = ?4)`,
      `DELETE FROM statistic WHERE site = ?1 AND ${days} AND label = ?4 AND ${IS_CLOSED}`,
    ].map((sql) => db.prepare(sql).bind(site, from, to, label)),
  );
  return rows!.meta.changes;
}

/**
 * Deletes statistics of a site's days before `before` whose objects are all closed, the oldest first, at most so many rows.
 *
 * @returns how many.
 */
export async function deleteOldest(db: D1Database, site: string, before: Day, maxRows: number): Promise<number> {
  const [deleted] = await db.batch([
    db
      .prepare(
        `DELETE FROM statistic WHERE (site, day, label, category, dom_id) IN (
           SELECT site, day, label, category, dom_id FROM statistic
           WHERE site = ?1 AND day < ?2 AND day NOT IN (SELECT day FROM flush WHERE closed_at IS NULL)
           ORDER BY site, day, label, category, dom_id LIMIT ?3)`,
      )
      .bind(site, before, maxRows),
    db
      .prepare("DELETE FROM day_sum WHERE site = ?1 AND kind IN ('day', 'label', 'category') AND day < ?2")
      .bind(site, before),
  ]);
  return deleted!.meta.changes;
}

/**
 * Sets counters to what they are in the rows, whatever they were. Rows of days that are open by now are left out.
 *
 * @returns how many rows were new or different.
 */
export async function importRows(db: D1Database, rows: readonly StatisticRow[]): Promise<number> {
  const values = rows.map(({ site, day, label, category, dom_id, counter }) => [
    site,
    day,
    label,
    category,
    dom_id,
    counter,
  ]);
  const isClosed = "NOT IN (SELECT day FROM flush WHERE closed_at IS NULL)";
  const results = await db.batch(
    splitJson(values).flatMap((json) =>
      [
        `DELETE FROM day_sum WHERE kind IN ('day', 'label', 'category')
           AND (site, day) IN (SELECT DISTINCT value ->> 0, value ->> 1 FROM json_each(?1)) AND day ${isClosed}`,
        `INSERT INTO statistic (site, day, label, category, dom_id, counter)
           SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5 FROM json_each(?1)
           WHERE value ->> 1 ${isClosed}
           ON CONFLICT DO UPDATE SET counter = excluded.counter WHERE counter <> excluded.counter`,
      ].map((sql) => db.prepare(sql).bind(json)),
    ),
  );
  return results.reduce((sum, { meta }, index) => sum + (index % 2 == 1 ? meta.changes : 0), 0);
}

/** Days in a range that an object may still add to. */
export async function listOpenDays(db: D1Database, { from, to }: DayRange): Promise<Day[]> {
  const { results } = await db
    .prepare("SELECT DISTINCT day FROM flush WHERE closed_at IS NULL AND day BETWEEN ?1 AND ?2 ORDER BY day")
    .bind(from, to)
    .all<{ day: Day }>();
  return results.map(({ day }) => day);
}
