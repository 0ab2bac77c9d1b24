import type { Context } from "hono";
import { deleteCookie, setCookie } from "hono/cookie";
import { readConfig } from "../../config/config.ts";
import type { AppEnv } from "../context.ts";
import type { Caller } from "../../model/access-token.ts";
import { isSignedToken, signToken, verifyToken, type Verified } from "./signed-token.ts";

const SESSION_SECONDS = 7 * 86_400;

/**
 * Starts a session: a signed cookie that holds its end and which token it was made with. What that token may do is not in it: D1 is
 * asked with each request, so that a token that is revoked takes its sessions with it.
 */
export async function logIn(c: Context<AppEnv>, { tokenId, endsAt = Infinity }: Caller): Promise<void> {
  const now = Date.now();
  const end = Math.min(now + SESSION_SECONDS * 1000, endsAt);
  const session = await signToken(c.env, "session", { tokenId }, end);
  setCookie(c, nameOf(c), session, { ...optionsOf(c), maxAge: Math.floor((end - now) / 1000) });
}

export function logOut(c: Context<AppEnv>): void {
  deleteCookie(c, nameOf(c), optionsOf(c));
}

/**
 * The session among the request's cookies; nothing where there is none. A neighbouring subdomain may have set others of the same name,
 * which browsers send beside it and in front of it.
 */
export async function readSession(c: Context<AppEnv>): Promise<Verified | undefined> {
  const prefix = `${nameOf(c)}=`;
  let best: Verified | undefined;
  for (const cookie of c.req.header("cookie")?.split(/; */) ?? []) {
    const token = cookie.startsWith(prefix) ? cookie.slice(prefix.length) : "";
    if (!isSignedToken(token)) continue;
    const session = await verifyToken(c.env, "session", token);
    if (session.ok) return session;
    if (session.code == "token_expired") best = session;
  }
  return best;
}

/** Browsers take a cookie named `__Secure-…` only over https, and one named `__Host-…` only from this very host. */
function nameOf(c: Context<AppEnv>): string {
  const { secure, path } = optionsOf(c);
  return `${secure ? (path == "/" ? "__Host-" : "__Secure-") : ""}tracker_session`;
}

function optionsOf(c: Context<AppEnv>) {
  return {
    path: readConfig(c.env).basePath || "/",
    httpOnly: true,
    secure: new URL(c.req.url).protocol == "https:",
    sameSite: "Lax",
  } as const;
}
