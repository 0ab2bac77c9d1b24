import type { Context, MiddlewareHandler } from "hono";
import { readConfig } from "../../config/config.ts";
import type { Env } from "../../env.ts";
import { cutBasePath, urlTo } from "../base-path.ts";
import type { AppEnv } from "../context.ts";
import { refuse, type RefusalCode } from "../refuse.ts";
import { isAccessUser } from "./access.ts";
import { checkGuess, refuseSpeed, type Guess } from "./rate-limit.ts";
import { hasSession } from "./session.ts";
import { isSignedToken, signToken, verifyToken } from "./signed-token.ts";

const HEATMAP_SECONDS = 3_600;

export const TOKEN_HINT = "set the ADMIN_TOKEN secret: npx wrangler secret put ADMIN_TOKEN (in development: .dev.vars)";

const MESSAGES = {
  token_not_set: TOKEN_HINT,
  unauthorized: "send the token as Authorization: Bearer, or log in at login/",
  token_expired: "the token's time is over: open the heat map again from the dashboard",
} satisfies Partial<Record<RefusalCode, string>>;

/** Lets through who may read everything: with the token as `Authorization: Bearer`, a session, or Cloudflare Access. */
export const requireReader: MiddlewareHandler<AppEnv> = async (c, next) =>
  refuseGuess(c, await checkReader(c)) ?? next();

/** The same for pages: a browser is sent to the login, and from there back to the page it asked for. */
export const requireLogin: MiddlewareHandler<AppEnv> = async (c, next) => {
  if (readBearer(c) !== undefined || !canRead(c.env)) return requireReader(c, next);
  if (await isKnownBrowser(c)) return next();
  const { pathname, search } = new URL(c.req.url);
  const isFront = c.req.method != "GET" || c.req.path == "/dashboard";
  const to = isFront ? "" : `?to=${encodeURIComponent(cutBasePath(c.env, pathname) + search)}`;
  return c.redirect(urlTo(c, `/login/${to}`), 303);
};

/**
 * For what a heat map reads: lets through readers, everyone where PUBLIC_STATS says so, and heat map tokens; `onlySite` is then
 * the one site that may be read.
 */
export const requireStatsReader: MiddlewareHandler<AppEnv> = async (c, next) => {
  const bearer = readBearer(c);
  if (bearer !== undefined && isSignedToken(bearer) && !(await isToken(c.env, bearer))) {
    return (await refuseHeatmapToken(c, bearer)) ?? next();
  }
  const guess = await checkReader(c);
  if (!readConfig(c.env).publicStats) return refuseGuess(c, guess) ?? next();
  c.set("isPublic", guess != "right");
  return next();
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

/** Whether the request carries the token, a session made with it, or an assertion of Cloudflare Access. */
export async function checkReader(c: Context<AppEnv>): Promise<Guess> {
  const bearer = readBearer(c);
  if (bearer !== undefined) return checkGuess(c, () => isToken(c.env, bearer));
  return (await isKnownBrowser(c)) ? "right" : "wrong";
}

/** The answer to a heat map token that is none; else `onlySite` becomes its site. */
async function refuseHeatmapToken(c: Context<AppEnv>, token: string): Promise<Response | undefined> {
  let isExpired = false;
  const guess = await checkGuess(c, async () => {
    const verified = await verifyToken(c.env, "heatmap", token);
    if (verified.ok) c.set("onlySite", verified.site);
    else isExpired = verified.code == "token_expired";
    return verified.ok || isExpired;
  });
  return isExpired ? refuseReader(c, "token_expired") : refuseGuess(c, guess);
}

function refuseGuess(c: Context<AppEnv>, guess: Guess): Response | undefined {
  if (guess == "right") return undefined;
  return guess == "wrong" ? refuseReader(c, "unauthorized") : refuseSpeed(c);
}

async function isKnownBrowser(c: Context<AppEnv>): Promise<boolean> {
  return (await hasSession(c)) || isAccessUser(readConfig(c.env), c.req.header("cf-access-jwt-assertion"));
}

/** Whether this is one of the admin tokens. Digests are compared, in constant time: the time tells nothing of the token. */
export async function isToken(env: Env, token: string): Promise<boolean> {
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

/** A token for the overlay on a live page: reads the statistics of one site for an hour, and nothing else. */
export function makeHeatmapToken(env: Env, site: string, now: number): Promise<string> {
  return signToken(env, "heatmap", site, now + HEATMAP_SECONDS * 1000);
}

/** Whether there is any way to become a reader. */
function canRead(env: Env): boolean {
  const { adminTokens, access } = readConfig(env);
  return adminTokens.length > 0 || access !== undefined;
}

export function refuseReader(c: Context<AppEnv>, code: keyof typeof MESSAGES): Response {
  const reason = canRead(c.env) ? code : "token_not_set";
  if (reason != "token_not_set") c.header("www-authenticate", "Bearer");
  return refuse(c, reason, MESSAGES[reason]);
}

function digest(text: string): Promise<ArrayBuffer> {
  return crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
}
