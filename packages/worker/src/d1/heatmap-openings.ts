const KEPT_MS = 3_600_000;

/** Notes that a heat map has asked for its counts, and forgets the old ones. Noted again, nothing is written. */
export async function noteOpening(db: D1Database, id: string, now: number): Promise<void> {
  await db.batch([
    db.prepare("DELETE FROM heatmap_opening WHERE at < ?1").bind(now - KEPT_MS),
    db.prepare("INSERT OR IGNORE INTO heatmap_opening VALUES (?1, ?2)").bind(id, now),
  ]);
}

export async function hasOpened(db: D1Database, id: string): Promise<boolean> {
  return (await db.prepare("SELECT 1 FROM heatmap_opening WHERE id = ?1").bind(id).first()) !== null;
}
