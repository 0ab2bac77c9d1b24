/**
 * Sums of whole days, so that months are read without each of their rows.
 *
 * Contract: where `day_sum` has the sums of a site's day, they are those of its rows in `statistic`.
 *
 * Why it holds: they are made of the rows by one transaction, and whatever writes rows (a flush, an import, a deletion) takes
 * them away in the transaction that writes. A day without sums is read row by row: slower, never wrong.
 */
import type { Day } from "@tracker/sdk/protocol";
import { IS_ACTION } from "./query.ts";

/** What is summed up: a day, each label, each category, each page of it. As a list for SQL. */
export const KINDS = "'day', 'label', 'category', 'page'";

/** One day of one site. */
export interface SiteDay {
  site: string;
  day: Day;
}

// Sites and days are found by one look at the primary key for each, not by reading their rows.
const SITES = `
  site(site) AS (
    SELECT min(site) FROM statistic
    UNION ALL SELECT (SELECT min(site) FROM statistic WHERE site > site.site) FROM site WHERE site.site IS NOT NULL)`;
const SITE_DAYS = `
  site_day(site, day) AS (
    SELECT site, (SELECT min(day) FROM statistic WHERE statistic.site = site.site) FROM site WHERE site IS NOT NULL
    UNION ALL
    SELECT site, (SELECT min(day) FROM statistic WHERE statistic.site = site_day.site AND day > site_day.day)
    FROM site_day WHERE day IS NOT NULL)`;

/** Sites that have statistics, each with the first day of it. */
export function selectSites(db: D1Database): D1PreparedStatement {
  return db.prepare(`
    WITH RECURSIVE ${SITES}
    SELECT site, (SELECT min(day) FROM statistic WHERE statistic.site = site.site) AS day FROM site
    WHERE site IS NOT NULL ORDER BY site`);
}

export async function listSites(db: D1Database): Promise<string[]> {
  const { results } = await selectSites(db).all<SiteDay>();
  return results.map(({ site }) => site);
}

/** Days up to `last` that have no sums and that no object may still add to. */
export async function listUnsummedDays(db: D1Database, last: Day): Promise<SiteDay[]> {
  const { results } = await db
    .prepare(
      `WITH RECURSIVE ${SITES}, ${SITE_DAYS}
       SELECT site, day FROM site_day WHERE day <= ?1
         AND NOT EXISTS (SELECT 1 FROM day_sum
           WHERE day_sum.site = site_day.site AND kind = 'day' AND day_sum.day = site_day.day AND name = '')
         AND NOT EXISTS (SELECT 1 FROM flush WHERE flush.day = site_day.day AND closed_at IS NULL)
       ORDER BY day DESC, site`,
    )
    .bind(last)
    .all<SiteDay>();
  return results;
}

/** Sums up a day, unless an object may still add to it. A day without an action, of nothing but refused pings, has the sum 0: it is done, too. */
export async function sumUpDay(db: D1Database, { site, day }: SiteDay): Promise<void> {
  const rows = `FROM statistic WHERE site = ?1 AND day = ?2
    AND NOT EXISTS (SELECT 1 FROM flush WHERE day = ?2 AND closed_at IS NULL)`;
  const counted = `${rows} AND ${IS_ACTION}`;
  await db.batch(
    [
      `INSERT OR REPLACE INTO day_sum SELECT ?1, 'label', ?2, label, sum(counter) ${counted} GROUP BY label`,
      `INSERT OR REPLACE INTO day_sum SELECT ?1, 'category', ?2, category, sum(counter) ${counted} GROUP BY category`,
      `INSERT OR REPLACE INTO day_sum SELECT ?1, 'page', ?2, page, sum(counter)
         ${counted.replace("FROM statistic", "FROM page_statistic")} GROUP BY page`,
      `INSERT OR REPLACE INTO day_sum
         SELECT ?1, 'day', ?2, '', sum(iif(${IS_ACTION}, counter, 0)) ${rows} HAVING count(*) > 0`,
    ].map((sql) => db.prepare(sql).bind(site, day)),
  );
}
