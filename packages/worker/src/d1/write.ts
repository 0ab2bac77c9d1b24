/** Deletes statistics of closed days: objects would fill open ones again. */
import type { Day } from "@tracker/sdk/protocol";
import type { DayRange } from "../model/counts.ts";
import { KINDS } from "./day-sum.ts";

// What each statement of a transaction asks: no object may still add to these days.
const IS_CLOSED = "NOT EXISTS (SELECT 1 FROM flush WHERE flush.day BETWEEN ?2 AND ?3 AND closed_at IS NULL)";

/** Deletes all rows of some days of a site. Returns how many there were. */
export async function deleteDays(db: D1Database, site: string, { from, to }: DayRange): Promise<number> {
  const [rows] = await db.batch(
    [
      `DELETE FROM statistic WHERE site = ?1 AND day BETWEEN ?2 AND ?3 AND ${IS_CLOSED}`,
      `DELETE FROM page_statistic WHERE site = ?1 AND day BETWEEN ?2 AND ?3 AND ${IS_CLOSED}`,
      `DELETE FROM day_sum WHERE site = ?1 AND kind IN (${KINDS}) AND day BETWEEN ?2 AND ?3
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
      `DELETE FROM day_sum WHERE site = ?1 AND kind IN (${KINDS}) AND ${IS_CLOSED}
         AND day IN (SELECT day FROM statistic WHERE site = ?1 AND ${days} AND label = ?4)`,
      `DELETE FROM statistic WHERE site = ?1 AND ${days} AND label = ?4 AND ${IS_CLOSED}`,
      `DELETE FROM page_statistic WHERE site = ?1 AND ${days} AND label = ?4 AND ${IS_CLOSED}`,
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
  const old = "site = ?1 AND day < ?2 AND day NOT IN (SELECT day FROM flush WHERE closed_at IS NULL)";
  const key = "site, day, label, category, dom_id";
  const [ofPages, rows] = await db.batch(
    [
      `DELETE FROM page_statistic WHERE (${key}, page) IN (
         SELECT ${key}, page FROM page_statistic WHERE ${old} ORDER BY site, day, page, label, category, dom_id LIMIT ?3)`,
      // Last, because sites are known by their rows here.
      `DELETE FROM statistic WHERE (${key}) IN (SELECT ${key} FROM statistic WHERE ${old} ORDER BY ${key} LIMIT ?3)
         AND NOT EXISTS (SELECT 1 FROM page_statistic WHERE ${old})`,
      `DELETE FROM day_sum WHERE site = ?1 AND kind IN (${KINDS}) AND day < ?2 AND ?3`,
    ].map((sql) => db.prepare(sql).bind(site, before, maxRows)),
  );
  return ofPages!.meta.changes + rows!.meta.changes;
}

/** Days in a range that an object may still add to. */
export async function listOpenDays(db: D1Database, { from, to }: DayRange): Promise<Day[]> {
  const { results } = await db
    .prepare("SELECT DISTINCT day FROM flush WHERE closed_at IS NULL AND day BETWEEN ?1 AND ?2 ORDER BY day")
    .bind(from, to)
    .all<{ day: Day }>();
  return results.map(({ day }) => day);
}
