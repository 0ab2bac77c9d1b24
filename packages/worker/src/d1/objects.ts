/** The list of DayCounters, `flush`: which may hold counts that `statistic` does not have. */
import type { DayRange, OpenObject } from "../model/counts.ts";
import { isWithin } from "./days.ts";

/** An object as it makes itself known. */
export interface Announcement {
  source: string;
  /** `<day>/<shard>`. */
  object: string;
}

/** Makes objects known, so that flushes and reads ask them. Those that are known stay as they are. */
export async function announce(db: D1Database, objects: readonly Announcement[]): Promise<void> {
  const rows = objects.map(({ source, object }) => [source, object, object.slice(0, object.indexOf("/"))]);
  await db
    .prepare(
      `INSERT OR IGNORE INTO flush (source, object, day, watermark)
       SELECT value ->> 0, value ->> 1, value ->> 2, 0 FROM json_each(?1)`,
    )
    .bind(JSON.stringify(rows))
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

/** Objects of closed days whose journal is no more: nothing is left to ask them. */
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
