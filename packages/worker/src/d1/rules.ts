/** Rules: what the cron watches, and what it remembers of each. */
import type { Rule } from "../model/rules.ts";

/** A rule and its state as JSON, as it was read: what is written next depends on that. */
export interface StoredRule extends Rule {
  state: string;
}

/** A message to the webhook. */
export interface Message {
  id: string;
  /** JSON, the same for each try. */
  body: string;
}

/** Each is read for every hour. */
export const RULES_MAX = 20;

/** Adds a rule. Returns its id; nothing where there are RULES_MAX. */
export async function addRule(
  db: D1Database,
  { kind, site, label, number, home }: Omit<Rule, "id">,
): Promise<number | undefined> {
  const { results } = await db
    .prepare(
      `INSERT INTO rule (kind, site, label, number, home, state) SELECT ?1, ?2, ?3, ?4, ?5, '{}'
       WHERE (SELECT count(*) FROM rule) < ?6 RETURNING id`,
    )
    .bind(kind, site, label, number, home, RULES_MAX)
    .all<{ id: number }>();
  return results[0]?.id;
}

export async function listRules(db: D1Database): Promise<StoredRule[]> {
  return (await db.prepare("SELECT * FROM rule ORDER BY id").all<StoredRule>()).results;
}

/** Returns how many there were: 0 or 1. Its messages that wait are sent all the same: they were true. */
export async function deleteRule(db: D1Database, id: number): Promise<number> {
  const { meta } = await db.prepare("DELETE FROM rule WHERE id = ?1").bind(id).run();
  return meta.changes > 0 ? 1 : 0;
}

/**
 * Writes what a rule remembers next and the messages that follow from it, all or nothing. Where another was first, which read the same state,
 * nothing is written: so what becomes true has one message.
 *
 * @param nextAt When the messages are sent; null: never, there is no webhook.
 */
export async function storeJudgement(
  db: D1Database,
  rule: Pick<StoredRule, "id" | "state">,
  state: string,
  messages: readonly Message[],
  { now, nextAt }: { now: number; nextAt: number | null },
): Promise<void> {
  await db.batch([
    ...messages.map(({ id, body }) =>
      db
        .prepare(
          `INSERT INTO message (id, made_at, body, next_at) SELECT ?1, ?2, ?3, ?4
           WHERE EXISTS (SELECT 1 FROM rule WHERE id = ?5 AND state = ?6)`,
        )
        .bind(id, now, body, nextAt, rule.id, rule.state),
    ),
    db.prepare("UPDATE rule SET state = ?3 WHERE id = ?1 AND state = ?2").bind(rule.id, rule.state, state),
  ]);
}
