import type { Day } from "@tracker/sdk/protocol";
import type { AccessToken } from "../model/access-token.ts";

const COLUMNS = "id, name, role, site, view, made_at AS madeAt, ends_at AS endsAt, used_on AS usedOn";

export async function insertAccessToken(db: D1Database, token: AccessToken, digest: string): Promise<void> {
  const { id, name, role, site, view, madeAt, endsAt } = token;
  await db
    .prepare(
      `INSERT INTO access_token (id, digest, name, role, site, view, made_at, ends_at)
       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)`,
    )
    .bind(id, digest, name, role, site, view, madeAt, endsAt)
    .run();
}

/** The token with this SHA-256, whether it has ended or not. */
export function findByDigest(db: D1Database, digest: string): Promise<AccessToken | null> {
  return db.prepare(`SELECT ${COLUMNS} FROM access_token WHERE digest = ?1`).bind(digest).first<AccessToken>();
}

/** The token with this id, whether it has ended or not. */
export function findById(db: D1Database, id: string): Promise<AccessToken | null> {
  return db.prepare(`SELECT ${COLUMNS} FROM access_token WHERE id = ?1`).bind(id).first<AccessToken>();
}

/** All of them, the newest first. */
export async function listAccessTokens(db: D1Database): Promise<AccessToken[]> {
  const { results } = await db
    .prepare(`SELECT ${COLUMNS} FROM access_token ORDER BY made_at DESC, id`)
    .all<AccessToken>();
  return results;
}

export async function countAccessTokens(db: D1Database): Promise<number> {
  return (await db.prepare("SELECT count(*) AS count FROM access_token").first<number>("count")) ?? 0;
}

/** Revokes a token. Returns whether there was one. */
export async function deleteAccessToken(db: D1Database, id: string): Promise<boolean> {
  const { meta } = await db.prepare("DELETE FROM access_token WHERE id = ?1").bind(id).run();
  return meta.changes > 0;
}

/** Forgets tokens that ended before a time, ms since 1970. */
export async function deleteEndedBefore(db: D1Database, time: number): Promise<void> {
  await db.prepare("DELETE FROM access_token WHERE ends_at < ?1").bind(time).run();
}

/** Notes a use: one row written for each token and day, however often it is used. */
export async function noteUse(db: D1Database, id: string, day: Day): Promise<void> {
  await db.prepare("UPDATE access_token SET used_on = ?2 WHERE id = ?1 AND used_on IS NOT ?2").bind(id, day).run();
}
