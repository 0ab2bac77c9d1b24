/** The outbox of the webhook: a message is tried until it is answered, or given up. */

/** A message as people see it. */
export interface StoredMessage {
  id: string;
  /** Ms since epoch. */
  made_at: number;
  body: string;
  attempts: number;
  /** When it is tried next, ms since epoch; null: it was answered, or given up. */
  next_at: number | null;
  outcome: string;
}

/** Adds a message that no rule made. */
export async function addMessage(
  db: D1Database,
  { id, body }: Pick<StoredMessage, "id" | "body">,
  now: number,
): Promise<void> {
  await db
    .prepare("INSERT INTO message (id, made_at, body, next_at) VALUES (?1, ?2, ?3, ?2)")
    .bind(id, now, body)
    .run();
}

export async function listMessages(db: D1Database, limit: number): Promise<StoredMessage[]> {
  const sql = "SELECT * FROM message ORDER BY made_at DESC, id LIMIT ?1";
  return (await db.prepare(sql).bind(limit).all<StoredMessage>()).results;
}

/** Messages whose time has come, the longest waiting first. */
export async function listDueMessages(db: D1Database, now: number, limit: number): Promise<StoredMessage[]> {
  const sql = "SELECT * FROM message WHERE next_at <= ?1 ORDER BY next_at LIMIT ?2";
  return (await db.prepare(sql).bind(now, limit).all<StoredMessage>()).results;
}

/** Takes a message for one try, after which it waits until `nextAt`. False where another run took it. */
export async function claimMessage(
  db: D1Database,
  { id, next_at: nextWas }: Pick<StoredMessage, "id" | "next_at">,
  nextAt: number,
): Promise<boolean> {
  const { meta } = await db
    .prepare("UPDATE message SET attempts = attempts + 1, next_at = ?3 WHERE id = ?1 AND next_at = ?2")
    .bind(id, nextWas, nextAt)
    .run();
  return meta.changes > 0;
}

/** Says what became of a try. @param isDone Whether there are no more. */
export async function settleMessage(db: D1Database, id: string, outcome: string, isDone: boolean): Promise<void> {
  await db
    .prepare(`UPDATE message SET outcome = ?2${isDone ? ", next_at = NULL" : ""} WHERE id = ?1`)
    .bind(id, outcome)
    .run();
}

/** Deletes what was made before, and waits no more. */
export async function deleteOldMessages(db: D1Database, before: number): Promise<void> {
  await db.prepare("DELETE FROM message WHERE made_at < ?1 AND next_at IS NULL").bind(before).run();
}
