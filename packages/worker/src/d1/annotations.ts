import type { Day } from "@tracker/sdk/protocol";
import type { DayRange } from "../model/counts.ts";

/** What happened on a day, such as a deployment. */
export interface Annotation {
  day: Day;
  /** The site whose charts show it; `""`: every site's. */
  site: string;
  text: string;
}

export interface StoredAnnotation extends Annotation {
  id: number;
}

/** A script that runs in a loop must not fill charts. */
export const ANNOTATIONS_A_DAY = 20;
/** The most that one answer has. */
const ANNOTATIONS_READ = 500;

/** Adds it, once however often it is sent. Returns its id; nothing where the day has ANNOTATIONS_A_DAY others. */
export async function addAnnotation(
  db: D1Database,
  { day, site, text }: Annotation,
): Promise<StoredAnnotation | undefined> {
  const [, found] = await db.batch<{ id: number }>([
    db
      .prepare(
        `INSERT INTO annotation (day, site, text) SELECT ?1, ?2, ?3
         WHERE (SELECT count(*) FROM annotation WHERE day = ?1) < ?4 ON CONFLICT DO NOTHING`,
      )
      .bind(day, site, text, ANNOTATIONS_A_DAY),
    db.prepare("SELECT id FROM annotation WHERE day = ?1 AND site = ?2 AND text = ?3").bind(day, site, text),
  ]);
  const id = found!.results[0]?.id;
  return id === undefined ? undefined : { id, day, site, text };
}

/** The annotations of some days, the latest first. @param site Only what its charts show; absent: all. */
export async function listAnnotations(
  db: D1Database,
  { from, to, site }: DayRange & { site?: string | undefined },
): Promise<StoredAnnotation[]> {
  const { results } = await db
    .prepare(
      `SELECT id, day, site, text FROM annotation
       WHERE day BETWEEN ?1 AND ?2 AND (?3 IS NULL OR site IN ('', ?3)) ORDER BY day DESC, site, text LIMIT ?4`,
    )
    .bind(from, to, site ?? null, ANNOTATIONS_READ)
    .all<StoredAnnotation>();
  return results;
}

/** Returns how many there were: 0 or 1. */
export async function deleteAnnotation(db: D1Database, id: number): Promise<number> {
  const { meta } = await db.prepare("DELETE FROM annotation WHERE id = ?1").bind(id).run();
  return meta.changes > 0 ? 1 : 0;
}
