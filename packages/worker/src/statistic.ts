import type { Day } from "@tracker/sdk/protocol";

/** All SQL on D1. The tables are explained in migrations/0001_statistic.sql. */

/** A key and how much its counter grows. */
export type Increment = [site: string, label: string, category: string, domId: string, count: number];

/** A DayCounter that may hold counts D1 does not have yet. */
export interface OpenObject {
  source: string;
  object: string;
  day: Day;
  watermark: number;
}

/** A watermark's way in one flush. */
export interface WatermarkMove {
  source: string;
  from: number;
  to: number;
}

export interface DayRange {
  from: Day;
  to: Day;
}

// D1 takes 2 MB a bound value; a character is at most three bytes.
const PARAMETER_MAX_CHARS = 600_000;

/** Makes an object known, so that flushes and reads ask it. */
export async function announce(db: D1Database, { source, object }: { source: string; object: string }): Promise<void> {
  await db
    .prepare("INSERT OR IGNORE INTO flush (source, object, day, watermark) VALUES (?1, ?2, ?3, 0)")
    .bind(source, object, object.slice(0, object.indexOf("/")))
    .run();
}

/** Says that an object is done: D1 has all of its rows, up to the watermark. @throws when the watermark is another. */
export async function closeObject(db: D1Database, source: string, watermark: number, now: number): Promise<void> {
  const { meta } = await db
    .prepare("UPDATE flush SET closed_at = ?3 WHERE source = ?1 AND watermark = ?2")
    .bind(source, watermark, now)
    .run();
  if (meta.changes != 1) throw new Error(`D1 is not at watermark ${watermark}`);
}

/** Objects whose journal is no more: nothing is left to ask them. */
export async function closeGone(db: D1Database, sources: readonly string[], now: number): Promise<void> {
  await db
    .prepare("UPDATE flush SET closed_at = ?2 WHERE source IN (SELECT value FROM json_each(?1)) AND closed_at IS NULL")
    .bind(JSON.stringify(sources), now)
    .run();
}

export async function listOpenObjects(db: D1Database): Promise<OpenObject[]> {
  return (await db.prepare(`${SELECT_OPEN} ORDER BY day, object`).all<OpenObject>()).results;
}

export async function listObjects(db: D1Database, sources: readonly string[]): Promise<OpenObject[]> {
  return (
    await db
      .prepare(
        `SELECT source, object, day, watermark FROM flush WHERE source IN (SELECT value FROM json_each(?1)) ORDER BY object`,
      )
      .bind(JSON.stringify(sources))
      .all<OpenObject>()
  ).results;
}

const SELECT_OPEN = "SELECT source, object, day, watermark FROM flush WHERE closed_at IS NULL";

/** The open objects of some days, as one statement of a batch; in the index's order, since sorting is billed as one more row read. */
export function selectOpenObjects(db: D1Database, range: DayRange): D1PreparedStatement {
  return db
    .prepare(`${SELECT_OPEN} AND ${isWithin(range, "?1", "?2")} ORDER BY day, source`)
    .bind(range.from, range.to);
}

/** The days as a condition. A range reads the row it ends before; one day is looked up, and where it is not, nothing is read. */
function isWithin({ from, to }: DayRange, first: string, last: string): string {
  return from === to ? `day = ${first} AND day = ${last}` : `day BETWEEN ${first} AND ${last}`;
}

/** True while every object's watermark is where its tail was asked from. `?1` holds the moves. */
const GUARD = `
  (SELECT count(*) FROM json_each(?1) AS move JOIN flush
     ON flush.source = move.value ->> 0 AND flush.watermark = move.value ->> 1) = json_array_length(?1)`;

/**
 * Adds the increments of one day to `statistic` and moves the watermarks, both or neither, in one transaction.
 *
 * @returns false when a watermark was not where it was expected, because another flush was first; then nothing changed.
 */
export async function moveTail(
  db: D1Database,
  day: Day,
  moves: readonly WatermarkMove[],
  increments: readonly Increment[],
  now: number,
): Promise<boolean> {
  const movesJson = JSON.stringify(moves.map(({ source, from, to }) => [source, from, to]));
  const addIncrements = db.prepare(`
    INSERT INTO statistic (site, day, label, category, dom_id, counter)
    SELECT value ->> 0, ?3, value ->> 1, value ->> 2, value ->> 3, value ->> 4 FROM json_each(?2) WHERE ${GUARD}
    ON CONFLICT DO UPDATE SET counter = counter + excluded.counter`);
  // Nearly always there are none: only objects that D1 heard of late add to a day that was summed up.
  const deleteDaySums = db.prepare(`
    DELETE FROM day_sum WHERE site IN (SELECT value FROM json_each(?2)) AND kind IN ('day', 'label', 'category')
      AND day = ?3 AND ${GUARD}`);
  const sites = JSON.stringify([...new Set(increments.map(([site]) => site))]);
  const moveWatermarks = db.prepare(`
    UPDATE flush SET flushed_at = ?2,
      written = written + 1 + CASE source WHEN ?1 ->> '$[0][0]' THEN ?3 ELSE 0 END,
      watermark = (SELECT move.value ->> 2 FROM json_each(?1) AS move WHERE move.value ->> 0 = source)
    WHERE source IN (SELECT value ->> 0 FROM json_each(?1)) AND ${GUARD}`);
  const results = await db.batch([
    ...splitJson(increments).map((json) => addIncrements.bind(movesJson, json, day)),
    deleteDaySums.bind(movesJson, sites, day),
    moveWatermarks.bind(movesJson, now, increments.length),
  ]);
  return results.at(-1)!.meta.changes > 0;
}

/** JSON arrays of the items, each small enough for one bound value. */
export function splitJson(items: Iterable<unknown>): string[] {
  const texts: string[] = [];
  let parts: string[] = [];
  let chars = 0;
  for (const item of items) {
    const part = JSON.stringify(item);
    if (chars + part.length > PARAMETER_MAX_CHARS && parts.length > 0) {
      texts.push(`[${parts.join()}]`);
      parts = [];
      chars = 0;
    }
    parts.push(part);
    chars += part.length + 1;
  }
  if (parts.length > 0) texts.push(`[${parts.join()}]`);
  return texts;
}

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
  range: DayRange & { site: string },
  actions: readonly Action[],
): Promise<{ rows: ActionRow[]; open: OpenObject[] }> {
  const domIds = actions.filter((action) => typeof action == "string");
  const labels = actions.filter((action) => typeof action != "string");
  const { site, from, to } = range;
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

// A statement takes a hundred parameters.
const DOM_IDS_AT_ONCE = 90;

/**
 * The rows of DOM ids, unsummed: one row read for each, and one where the next id begins. What SQLite keeps for itself is read, and
 * billed, once more: so the rows are not grouped here, and the ids are not an IN list, which is a table of its own. The index is
 * named and joined to since SQLite guesses that a short range of days is read faster as a whole.
 */
function selectDomIds(range: DayRange, count: number): string {
  const asked = Array.from({ length: count }, (_, index) => `(?${index + 4})`);
  return `SELECT dom_id AS domId, label, category, counter
    FROM (VALUES ${asked.join()}) AS asked CROSS JOIN statistic INDEXED BY statistic_by_dom_id
    WHERE site = ?1 AND dom_id <> '' AND dom_id = asked.column1 AND ${isWithin(range, "?2", "?3")}`;
}

function splitList<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}

/** The rows of labels, unsummed. Steps from one day that has statistics to the next, and looks up each label there. */
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
