/** What heat maps ask: the counts of DOM ids, and of labels without one. */
import type { DayRange, OpenObject } from "../model/counts.ts";
import { isWithin } from "./days.ts";
import { selectOpenObjects } from "./objects.ts";

/** What is asked for: a DOM id, or the label and category of actions without one. */
export type Action = string | [label: string, category: string];

export interface ActionRow {
  domId: string;
  label: string;
  category: string;
  counter: number;
}

/** What D1 has counted for some actions, and which objects of those days may hold more: read at one moment. */
export async function readActions(
  db: D1Database,
  range: DayRange & { site: string; page?: string | undefined },
  actions: readonly Action[],
): Promise<{ rows: ActionRow[]; open: OpenObject[] }> {
  const domIds = actions.filter((action) => typeof action == "string");
  const labels = actions.filter((action) => typeof action != "string");
  const { site, from, to, page } = range;
  if (page !== undefined) {
    const [open, counts] = await db.batch([
      selectOpenObjects(db, range),
      db.prepare(SELECT_PAGE).bind(site, from, to, page, JSON.stringify(domIds), JSON.stringify(labels)),
    ]);
    return { rows: counts!.results as unknown as ActionRow[], open: open!.results as unknown as OpenObject[] };
  }
  const [open, ...counts] = await db.batch([
    selectOpenObjects(db, range),
    ...splitList(domIds, DOM_IDS_AT_ONCE).map((part) =>
      db.prepare(selectDomIds(range, part.length)).bind(site, from, to, ...part),
    ),
    ...(labels.length > 0 ? [db.prepare(SELECT_LABELS).bind(site, from, to, JSON.stringify(labels))] : []),
  ]);
  return {
    rows: counts.flatMap(({ results }) => results as unknown as ActionRow[]),
    open: open!.results as unknown as OpenObject[],
  };
}

/** A page's rows, unsummed: day by day all that were counted on it, and of them what was asked for. */
const SELECT_PAGE = `
  WITH RECURSIVE days (day) AS (SELECT ?2 UNION ALL SELECT date(day, '+1 day') FROM days WHERE day < ?3)
  SELECT dom_id AS domId, label, category, counter
  FROM days CROSS JOIN page_statistic USING (day)
  WHERE site = ?1 AND page = ?4 AND (dom_id IN (SELECT value FROM json_each(?5))
    OR (dom_id = '' AND (label, category) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?6))))`;

// A statement takes a hundred parameters.
const DOM_IDS_AT_ONCE = 90;

/**
 * The rows of DOM ids, not summed. D1 bills each row that SQLite reads, also those of its temporary tables. GROUP BY and a long IN list
 * make such tables, so the Worker sums, and the ids are a VALUES list. INDEXED BY and CROSS JOIN force the index by DOM id: for a short
 * range of days SQLite would read all rows of the range.
 */
function selectDomIds(range: DayRange, count: number): string {
  const asked = Array.from({ length: count }, (_, index) => `(?${index + 4})`);
  return `SELECT dom_id AS domId, label, category, counter
    FROM (VALUES ${asked.join()}) AS asked CROSS JOIN statistic INDEXED BY statistic_by_dom_id
    WHERE site = ?1 AND dom_id <> '' AND dom_id = asked.column1 AND ${isWithin(range, "?2", "?3")}`;
}

/** The rows of labels, not summed. Goes from day to day, skipping days without statistics, and looks up each label there. */
const SELECT_LABELS = `
  WITH RECURSIVE counted (day) AS (
    SELECT min(day) FROM statistic WHERE site = ?1 AND day >= ?2
    UNION ALL
    SELECT (SELECT min(day) FROM statistic WHERE site = ?1 AND day > counted.day) FROM counted WHERE counted.day < ?3
  )
  SELECT '' AS domId, label, category, counter
  FROM json_each(?4) AS asked CROSS JOIN counted CROSS JOIN statistic
  WHERE counted.day <= ?3 AND site = ?1 AND statistic.day = counted.day
    AND label = asked.value ->> 0 AND category = asked.value ->> 1 AND dom_id = ''`;

function splitList<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
