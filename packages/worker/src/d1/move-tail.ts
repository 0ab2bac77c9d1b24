import type { Day } from "@tracker/sdk/protocol";
import type { Increment, WatermarkMove } from "../model/counts.ts";
import { keyOf } from "../model/key.ts";
import { KINDS } from "./day-sum.ts";
import { splitJson } from "./json.ts";

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
  increments: Iterable<Increment>,
  now: number,
): Promise<boolean> {
  const movesJson = JSON.stringify(moves.map(({ source, from, to }) => [source, from, to]));
  const addIncrements = db.prepare(`
    INSERT INTO statistic (site, day, label, category, dom_id, counter)
    SELECT value ->> 0, ?3, value ->> 1, value ->> 2, value ->> 3, value ->> 4 FROM json_each(?2) WHERE ${GUARD}
    ON CONFLICT DO UPDATE SET counter = counter + excluded.counter`);
  const addToPages = db.prepare(`
    INSERT INTO page_statistic (site, day, page, label, category, dom_id, counter)
    SELECT value ->> 0, ?3, value ->> 5, value ->> 1, value ->> 2, value ->> 3, value ->> 4 FROM json_each(?2) WHERE ${GUARD}
    ON CONFLICT DO UPDATE SET counter = counter + excluded.counter`);
  // Nearly always there are none: only objects that D1 heard of late add to a day that was summed up.
  const deleteDaySums = db.prepare(`
    DELETE FROM day_sum WHERE site IN (SELECT value FROM json_each(?2)) AND kind IN (${KINDS})
      AND day = ?3 AND ${GUARD}`);
  const moveWatermarks = db.prepare(`
    UPDATE flush SET flushed_at = ?2,
      written = written + 1 + CASE source WHEN ?1 ->> '$[0][0]' THEN ?3 ELSE 0 END,
      watermark = (SELECT move.value ->> 2 FROM json_each(?1) AS move WHERE move.value ->> 0 = source)
    WHERE source IN (SELECT value ->> 0 FROM json_each(?1)) AND ${GUARD}`);
  const sites = new Set<string>();
  let written = 0;
  function* note(some: Iterable<Increment>): Generator<Increment> {
    for (const increment of some) {
      sites.add(increment[0]);
      written++;
      yield increment;
    }
  }
  const totals = splitJson(note(sumPages(increments)));
  const ofPages = splitJson(note(listPages(increments)));
  const results = await db.batch([
    ...totals.map((json) => addIncrements.bind(movesJson, json, day)),
    ...ofPages.map((json) => addToPages.bind(movesJson, json, day)),
    deleteDaySums.bind(movesJson, JSON.stringify([...sites]), day),
    moveWatermarks.bind(movesJson, now, written),
  ]);
  return results.at(-1)!.meta.changes > 0;
}

/** Increments of keys over all pages. */
function* sumPages(increments: Iterable<Increment>): Generator<Increment> {
  const sums = new Map<string, Increment>();
  for (const increment of increments) {
    const [site, label, category, domId, count, page] = increment;
    if (page === undefined) {
      yield increment;
      continue;
    }
    const key = keyOf(site, { label, category, domId });
    const sum = sums.get(key);
    if (sum) sum[4] += count;
    else sums.set(key, [site, label, category, domId, count]);
  }
  yield* sums.values();
}

/** Increments that came with a page. */
function* listPages(increments: Iterable<Increment>): Generator<Increment> {
  for (const increment of increments) if (increment[5] !== undefined) yield increment;
}
