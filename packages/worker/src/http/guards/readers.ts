import type { Context, MiddlewareHandler } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import { isAccessUser } from "./access.ts";
import { splitPath } from "../base-path.ts";
import { readConfig } from "../../config/config.ts";
import type { Env } from "../../env.ts";
import { refuse, type RefusalCode } from "../refuse.ts";
import { adminTokens, signToken, verifyToken } from "./signed-token.ts";
import type { AppEnv } from "../context.ts";

const SESSION_COOKIE = "tracker_session";
const SESSION_SECONDS = 7 * 86_400;
const HEATMAP_SECONDS = 3_600;

export const TOKEN_HINT = "set the ADMIN_TOKEN secret: npx wrangler secret put ADMIN_TOKEN (in development: .dev.vars)";

const MESSAGES = {
  token_not_set: TOKEN_HINT,
  unauthorized: "send the token as Authorization: Bearer, or log in at login/",
  token_expired: "the token's time is over: open the heat map again from the dashboard",
} satisfies Partial<Record<RefusalCode, string>>;

/** Lets through who may read everything: with the token as `Authorization: Bearer`, a session, or Cloudflare Access. */
export const requireReader: MiddlewareHandler<AppEnv> = async (c, next) => {
  return (await isReader(c)) ? next() : refuseReader(c, "unauthorized");
};

/** The same for pages: a browser is sent to the login, and from there back to the page it asked for. */
export const requireLogin: MiddlewareHandler<AppEnv> = async (c, next) => {
  if (await isReader(c)) return next();
  if (!canRead(c.env)) return refuseReader(c, "token_not_set");
  const { base, path } = splitPath(c.req.url);
  const isFront = c.req.method != "GET" || c.req.path == "/dashboard";
  const to = isFront ? "" : `?to=${encodeURIComponent(path + new URL(c.req.url).search)}`;
  return c.redirect(`${base}/login/${to}`, 303);
};

/**
 * For what a heat map reads: lets through readers, everyone where PUBLIC_STATS says so, and heat map tokens; `onlySite` is then
 * the one site that may be read.
 */
export const requireStatsReader: MiddlewareHandler<AppEnv> = async (c, next) => {
  const bearer = readBearer(c);
  // A JWT has two dots.
  if (bearer !== undefined && /^[\w-]+\.[\w-]+\.[\w-]+$/.test(bearer) && !(await isToken(c.env, bearer))) {
    const verified = await verifyToken(c.env, "heatmap", bearer);
    if (!verified.ok) return refuseReader(c, verified.code);
    c.set("onlySite", verified.site);
    return next();
  }
  return readConfig(c.env).publicStats ? next() : requireReader(c, next);
};

/**
 * Lets a state change through only from the Worker's own pages, so that no other page can use a reader's cookie. Who sends
 * the token itself is no browser that was tricked.
 *
 * Not Hono's csrf(): that asks only about the content types of forms, and leaves the others to the browser's preflight.
 */
export const requireSameOrigin: MiddlewareHandler<AppEnv> = async (c, next) => {
  const isOwn =
    c.req.header("sec-fetch-site") === "same-origin" || c.req.header("origin") === new URL(c.req.url).origin;
  if (isOwn || readBearer(c) !== undefined) return next();
  return refuse(c, "cross_origin", "only the Worker's own pages may do this by cookie");
};

/**
 * Lets a page be opened only from the Worker's own pages or by hand: what it does for a reader it must not do because another
 * page sent them there.
 */
export const requireOwnLink: MiddlewareHandler<AppEnv> = (c, next) => {
  const { origin } = new URL(c.req.url);
  const from =
    c.req.header("sec-fetch-site") ?? (c.req.header("referer")?.startsWith(`${origin}/`) ? "same-origin" : "");
  if (from === "same-origin" || from === "none") return next();
  return Promise.resolve(refuse(c, "cross_origin", "open this from the dashboard"));
};

/** Whether the request carries the token, a session made with it, or an assertion of Cloudflare Access. */
async function isReader(c: Context<AppEnv>): Promise<boolean> {
  const bearer = readBearer(c);
  if (bearer !== undefined) return isToken(c.env, bearer);
  const session = getCookie(c, SESSION_COOKIE);
  if (session !== undefined && (await verifyToken(c.env, "session", session)).ok) return true;
  return isAccessUser(readConfig(c.env), c.req.header("cf-access-jwt-assertion"));
}

/** Whether this is one of the admin tokens. Digests are compared, in constant time: the time tells nothing of the token. */
export async function isToken(env: Env, token: string): Promise<boolean> {
  const given = await digest(token);
  let isOne = false;
  for (const valid of adminTokens(env)) {
    if (crypto.subtle.timingSafeEqual(given, await digest(valid))) isOne = true;
  }
  return isOne;
}

/** The token of `Authorization: Bearer`, if there is one. */
export function readBearer(c: Context<AppEnv>): string | undefined {
  const header = c.req.header("authorization");
  return header === undefined ? undefined : /^Bearer +(.+)$/i.exec(header)?.[1];
}

/** Starts a session: a signed cookie that holds nothing but its end. */
export async function logIn(c: Context<AppEnv>): Promise<void> {
  const session = await signToken(c.env, "session", "", Date.now() + SESSION_SECONDS * 1000);
  setCookie(c, SESSION_COOKIE, session, { ...cookieOptions(c), maxAge: SESSION_SECONDS });
}

export function logOut(c: Context<AppEnv>): void {
  deleteCookie(c, SESSION_COOKIE, cookieOptions(c));
}

/** A token for the overlay on a live page: reads the statistics of one site for an hour, and nothing else. */
export function makeHeatmapToken(env: Env, site: string, now: number): Promise<string> {
  return signToken(env, "heatmap", site, now + HEATMAP_SECONDS * 1000);
}

/** Whether there is any way to become a reader. */
function canRead(env: Env): boolean {
  return adminTokens(env).length > 0 || readConfig(env).access !== undefined;
}

function refuseReader(c: Context<AppEnv>, code: keyof typeof MESSAGES): Response {
  const reason = canRead(c.env) ? code : "token_not_set";
  if (reason != "token_not_set") c.header("www-authenticate", "Bearer");
  return refuse(c, reason, MESSAGES[reason]);
}

function cookieOptions(c: Context<AppEnv>) {
  const { base } = splitPath(c.req.url);
  return {
    path: base || "/",
    httpOnly: true,
    secure: new URL(c.req.url).protocol == "https:",
    sameSite: "Lax",
  } as const;
}

function digest(text: string): Promise<ArrayBuffer> {
  return crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
}
