import type { Day } from "@tracker/sdk/protocol";
import type { Increment, WatermarkMove } from "../model/counts.ts";
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
  increments: Iterable<Increment> & { size: number },
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
  const moveWatermarks = db.prepare(`
    UPDATE flush SET flushed_at = ?2,
      written = written + 1 + CASE source WHEN ?1 ->> '$[0][0]' THEN ?3 ELSE 0 END,
      watermark = (SELECT move.value ->> 2 FROM json_each(?1) AS move WHERE move.value ->> 0 = source)
    WHERE source IN (SELECT value ->> 0 FROM json_each(?1)) AND ${GUARD}`);
  const sites = new Set<string>();
  const results = await db.batch([
    ...splitJson(noteSites(increments, sites)).map((json) => addIncrements.bind(movesJson, json, day)),
    deleteDaySums.bind(movesJson, JSON.stringify([...sites]), day),
    moveWatermarks.bind(movesJson, now, increments.size),
  ]);
  return results.at(-1)!.meta.changes > 0;
}

function* noteSites(increments: Iterable<Increment>, sites: Set<string>): Generator<Increment> {
  for (const increment of increments) {
    sites.add(increment[0]);
    yield increment;
  }
}
