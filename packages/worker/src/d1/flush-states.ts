import type { Day } from "@tracker/sdk/protocol";
import type { OpenObject } from "../model/counts.ts";

/** An open object, and what flushes did of it. */
export interface FlushState extends OpenObject {
  /** Ms since epoch. */
  flushed_at: number | null;
  written: number;
}

/** The open objects, and how many of a day's statistics are there and how many have a DOM id. */
export async function readFlushStates(
  db: D1Database,
  sites: readonly string[],
  day: Day,
): Promise<{ states: FlushState[]; statistics: number; withDomId: number }> {
  const [states, counts] = await db.batch([
    db.prepare(
      `SELECT source, object, day, watermark, flushed_at, written FROM flush WHERE closed_at IS NULL ORDER BY day DESC, object`,
    ),
    db
      .prepare(
        `SELECT count(*) AS statistics, count(nullif(dom_id, '')) AS withDomId FROM statistic
         WHERE site IN (SELECT value FROM json_each(?1)) AND day = ?2`,
      )
      .bind(JSON.stringify(sites), day),
  ]);
  const [{ statistics, withDomId }] = counts!.results as [{ statistics: number; withDomId: number }];
  return { states: states!.results as unknown as FlushState[], statistics, withDomId };
}
