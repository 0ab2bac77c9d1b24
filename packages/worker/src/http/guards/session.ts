import type { Context } from "hono";
import { deleteCookie, setCookie } from "hono/cookie";
import { readConfig } from "../../config/config.ts";
import type { AppEnv } from "../context.ts";
import type { Caller } from "../../model/access-token.ts";
import { isSignedToken, signToken, verifyToken, type Verified } from "./signed-token.ts";

const SESSION_SECONDS = 7 * 86_400;

/** What a cookie is for. */
type Purpose = "session" | "share";

/**
 * Starts a session: a signed cookie that holds its end and which token it was made with. What that token may do is not in it: D1 is
 * asked with each request, so that a token that is revoked takes its sessions with it.
 */
export async function logIn(c: Context<AppEnv>, caller: Caller): Promise<void> {
  await writeCookie(c, "session", caller);
}

export function logOut(c: Context<AppEnv>): void {
  deleteCookie(c, nameOf(c, "session"), optionsOf(c));
}

/** @param suffix Of the cookie's name, so that there can be several for a purpose. */
export async function writeCookie(
  c: Context<AppEnv>,
  purpose: Purpose,
  { tokenId, endsAt = Infinity }: Caller,
  suffix = "",
): Promise<void> {
  const now = Date.now();
  const end = Math.min(now + SESSION_SECONDS * 1000, endsAt);
  const token = await signToken(c.env, purpose, { tokenId }, end);
  setCookie(c, nameOf(c, purpose, suffix), token, { ...optionsOf(c), maxAge: Math.floor((end - now) / 1000) });
}

/**
 * What the request's cookie for a purpose says; nothing where there is none. A neighbouring subdomain may have set others of the same
 * name, which browsers send beside it and in front of it.
 */
export async function readCookie(c: Context<AppEnv>, purpose: Purpose, suffix = ""): Promise<Verified | undefined> {
  const prefix = `${nameOf(c, purpose, suffix)}=`;
  let best: Verified | undefined;
  for (const cookie of c.req.header("cookie")?.split(/; */) ?? []) {
    const token = cookie.startsWith(prefix) ? cookie.slice(prefix.length) : "";
    if (!isSignedToken(token)) continue;
    const verified = await verifyToken(c.env, purpose, token);
    if (verified.ok) return verified;
    if (verified.code == "token_expired") best = verified;
  }
  return best;
}

/** Browsers take a cookie named `__Secure-…` only over https, and one named `__Host-…` only from this very host. */
function nameOf(c: Context<AppEnv>, purpose: Purpose, suffix = ""): string {
  const { secure, path } = optionsOf(c);
  return `${secure ? (path == "/" ? "__Host-" : "__Secure-") : ""}tracker_${purpose}${suffix}`;
}

function optionsOf(c: Context<AppEnv>) {
  return {
    path: readConfig(c.env).basePath || "/",
    httpOnly: true,
    secure: new URL(c.req.url).protocol == "https:",
    sameSite: "Lax",
  } as const;
}
