import type { Context } from "hono";
import { readConfig } from "../../config/config.ts";
import { findByDigest, findById, noteUse } from "../../d1/access-tokens.ts";
import type { Env } from "../../env.ts";
import { logError } from "../../log.ts";
import type { AccessToken, Caller } from "../../model/access-token.ts";
import type { AppEnv } from "../context.ts";
import { Refusal } from "../refuse.ts";
import { isCloudflareAccessUser } from "./cloudflare-access.ts";
import { judgeGuess } from "./rate-limit.ts";
import { digestOf, isSecret } from "./secret.ts";
import { readCookie } from "./session.ts";

/** Who a token, or a request, stands for; or why it stands for nobody. */
export type Found = { ok: true; caller: Caller } | { ok: false; code: "unauthorized" | "token_expired" };

const MASTER: Found = { ok: true, caller: { role: "admin" } };
const NOBODY: Found = { ok: false, code: "unauthorized" };
const EXPIRED: Found = { ok: false, code: "token_expired" };

/**
 * Who sends a request: by the token as `Authorization: Bearer`, by a session, or by Cloudflare Access, whose users are admins.
 *
 * @throws Refusal where too many wrong tokens came from there.
 */
export async function findCaller(c: Context<AppEnv>): Promise<Found> {
  const bearer = readBearer(c);
  if (bearer !== undefined) return findHolder(c, bearer);
  const session = await readCookie(c, "session");
  if (session?.ok) return session.tokenId === undefined ? MASTER : findSessionOf(c, session.tokenId);
  const isUser = await isCloudflareAccessUser(readConfig(c.env), c.req.header("cf-access-jwt-assertion"));
  return isUser ? MASTER : (session ?? NOBODY);
}

/** Who a token that was sent stands for. A wrong one counts as a guess; one that has ended was right. */
export async function findHolder(c: Context<AppEnv>, token: string): Promise<Found> {
  return (await judgeGuess(c, () => lookUp(c, token))) ?? NOBODY;
}

/** ADMIN_TOKEN first: it works without the database. */
async function lookUp(c: Context<AppEnv>, token: string): Promise<Found | undefined> {
  if (await isAdminToken(c.env, token)) return MASTER;
  const found = isSecret(token) ? await findByDigest(c.env.DB, await digestOf(token)) : null;
  return found ? judge(c, found) : undefined;
}

/** A session whose token was revoked is over, too. */
export async function findSessionOf(c: Context<AppEnv>, tokenId: string): Promise<Found> {
  const found = await findById(c.env.DB, tokenId);
  return found ? judge(c, found) : EXPIRED;
}

function judge(c: Context<AppEnv>, { id, role, site, view, endsAt, usedOn }: AccessToken): Found {
  if (endsAt !== null && endsAt <= Date.now()) return EXPIRED;
  const today = readConfig(c.env).calendar.dayOf(Date.now());
  if (usedOn !== today) {
    c.executionCtx.waitUntil(noteUse(c.env.DB, id, today).catch((error: unknown) => logError("use_not_noted", error)));
  }
  const caller = { role, site: site ?? undefined, view: view ?? undefined, tokenId: id, endsAt: endsAt ?? undefined };
  return { ok: true, caller };
}

/** For a long answer, between its parts. @throws Refusal where the access token it is for has ended, or was revoked meanwhile. */
export async function expectAccess(c: Context<AppEnv>): Promise<void> {
  const tokenId = c.get("caller")?.tokenId;
  const found = tokenId === undefined ? MASTER : await findSessionOf(c, tokenId);
  if (!found.ok) throw new Refusal(found.code, "the token has ended or was revoked");
}

/** Whether this is one of the admin tokens. Digests are compared, in constant time: the time tells nothing of the token. */
export async function isAdminToken(env: Env, token: string): Promise<boolean> {
  const given = await digest(token);
  let isOne = false;
  for (const valid of readConfig(env).adminTokens) {
    if (crypto.subtle.timingSafeEqual(given, await digest(valid))) isOne = true;
  }
  return isOne;
}

/** The token of `Authorization: Bearer`, if there is one. */
export function readBearer(c: Context<AppEnv>): string | undefined {
  const header = c.req.header("authorization");
  return header === undefined ? undefined : /^Bearer +(.+)$/i.exec(header)?.[1];
}

function digest(text: string): Promise<ArrayBuffer> {
  return crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
}
