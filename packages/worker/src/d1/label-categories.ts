import type { Day } from "@tracker/sdk/protocol";
import { Parameters, tailTable, type Known } from "./query.ts";

/** A label on one day. */
export type LabelDay = readonly [label: string, day: Day];

/** The categories that labels were counted with on a day of each, the one counted most first. Reads that day's rows of each label alone. */
export function selectLabelCategories(db: D1Database, known: Known, labels: readonly LabelDay[]): D1PreparedStatement {
  const parameters = new Parameters();
  const pairs = `SELECT value ->> 0 AS label, value ->> 1 AS day FROM json_each(${parameters.add(JSON.stringify(labels))})`;
  const sql = `
    WITH ${tailTable(known, {}, parameters)}, asked(label, day) AS MATERIALIZED (${pairs}),
    site(site) AS MATERIALIZED (SELECT value FROM json_each(${parameters.add(JSON.stringify(known.sites))}))
    SELECT label, category FROM (
      SELECT label, category, counter FROM asked CROSS JOIN site CROSS JOIN statistic USING (site, day, label)
      UNION ALL SELECT label, category, counter FROM tail JOIN asked USING (label, day) WHERE site IN (SELECT site FROM site))
    GROUP BY label, category ORDER BY label, sum(counter) DESC`;
  return db.prepare(sql).bind(...parameters.values);
}
