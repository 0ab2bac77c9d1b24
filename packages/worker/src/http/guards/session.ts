import type { Context } from "hono";
import { deleteCookie, setCookie } from "hono/cookie";
import { readConfig } from "../../config/config.ts";
import type { AppEnv } from "../context.ts";
import { isSignedToken, signToken, verifyToken } from "./signed-token.ts";

const SESSION_SECONDS = 7 * 86_400;

/** Starts a session: a signed cookie that holds nothing but its end. */
export async function logIn(c: Context<AppEnv>): Promise<void> {
  const session = await signToken(c.env, "session", "", Date.now() + SESSION_SECONDS * 1000);
  setCookie(c, nameOf(c), session, { ...optionsOf(c), maxAge: SESSION_SECONDS });
}

export function logOut(c: Context<AppEnv>): void {
  deleteCookie(c, nameOf(c), optionsOf(c));
}

/**
 * Whether the request has a valid session among its cookies. A neighbouring subdomain may have set others of the same name, which
 * browsers send beside it and in front of it.
 */
export async function hasSession(c: Context<AppEnv>): Promise<boolean> {
  const prefix = `${nameOf(c)}=`;
  for (const cookie of c.req.header("cookie")?.split(/; */) ?? []) {
    const token = cookie.startsWith(prefix) ? cookie.slice(prefix.length) : "";
    if (isSignedToken(token) && (await verifyToken(c.env, "session", token)).ok) return true;
  }
  return false;
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
