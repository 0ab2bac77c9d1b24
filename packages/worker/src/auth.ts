import type { Context, MiddlewareHandler } from "hono";
import { getSignedCookie, setSignedCookie } from "hono/cookie";
import { timingSafeEqual } from "hono/utils/buffer";
import type { AppEnv } from "./app.tsx";
import { splitPath } from "./base-path.ts";
import { refuse } from "./refuse.ts";

const SESSION_COOKIE = "tracker_session";
const SESSION_SECONDS = 30 * 86_400;

const TOKEN_HINT = "set the ADMIN_TOKEN secret: npx wrangler secret put ADMIN_TOKEN (in development: .dev.vars)";

/** Lets through who has the token, by `Authorization: Bearer` or by the login's cookie. */
export const requireReader: MiddlewareHandler<AppEnv> = async (c, next) => {
  if (!c.env.ADMIN_TOKEN) return refuse(c, "token_not_set", TOKEN_HINT);
  if (await isReader(c)) return next();
  c.header("www-authenticate", "Bearer");
  return refuse(c, "unauthorized", "send the token as Authorization: Bearer, or log in at login/");
};

/** Whether the request carries the token or a session made with it. */
export async function isReader(c: Context<AppEnv>): Promise<boolean> {
  const bearer = /^Bearer +(.+)$/i.exec(c.req.header("authorization") ?? "")?.[1];
  if (bearer !== undefined) return isToken(c, bearer);
  const secret = c.env.ADMIN_TOKEN;
  if (!secret) return false;
  const expiresAt = await getSignedCookie(c, secret, SESSION_COOKIE);
  return Number(expiresAt) > Date.now();
}

export async function isToken(c: Context<AppEnv>, token: string): Promise<boolean> {
  const secret = c.env.ADMIN_TOKEN;
  return !!secret && timingSafeEqual(secret, token);
}

/** Starts a session: a signed cookie that holds nothing but its end. */
export async function logIn(c: Context<AppEnv>): Promise<void> {
  await setSignedCookie(c, SESSION_COOKIE, String(Date.now() + SESSION_SECONDS * 1000), c.env.ADMIN_TOKEN!, {
    path: splitPath(c.req.url).base || "/",
    httpOnly: true,
    secure: new URL(c.req.url).protocol == "https:",
    sameSite: "Lax",
    maxAge: SESSION_SECONDS,
  });
}
