import type { Context, MiddlewareHandler } from "hono";
import { readConfig } from "../../config/config.ts";
import type { Env } from "../../env.ts";
import { cutBasePath, urlTo } from "../base-path.ts";
import type { AppEnv } from "../context.ts";
import { Refusal, type RefusalCode } from "../refuse.ts";
import { isAccessUser } from "./access.ts";
import { isRightGuess } from "./rate-limit.ts";
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
export const requireReader: MiddlewareHandler<AppEnv> = async (c, next) => {
  if (!(await isReader(c))) throw notReader(c, "unauthorized");
  return next();
};

/** The same for pages: a browser is sent to the login, and from there back to the page it asked for. */
export const requireLogin: MiddlewareHandler<AppEnv> = async (c, next) => {
  if (readBearer(c) !== undefined || !canRead(c.env)) return requireReader(c, next);
  if (await isReader(c)) return next();
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
    c.set("onlySite", await readHeatmapToken(c, bearer));
    return next();
  }
  c.set("isPublic", readConfig(c.env).publicStats && !(await isReader(c)));
  return c.get("isPublic") ? next() : requireReader(c, next);
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
  throw new Refusal("cross_origin", "only the Worker's own pages may do this by cookie");
};

/**
 * Whether the request carries the token, a session made with it, or an assertion of Cloudflare Access.
 *
 * @throws Refusal where too many wrong tokens came from there.
 */
export async function isReader(c: Context<AppEnv>): Promise<boolean> {
  const bearer = readBearer(c);
  if (bearer !== undefined) return isRightGuess(c, () => isToken(c.env, bearer));
  return (await hasSession(c)) || isAccessUser(readConfig(c.env), c.req.header("cf-access-jwt-assertion"));
}

/** The site of a heat map token. @throws Refusal where it is none. */
async function readHeatmapToken(c: Context<AppEnv>, token: string): Promise<string> {
  const verified = await verifyToken(c.env, "heatmap", token);
  // One that is over was right.
  await isRightGuess(c, async () => verified.ok || verified.code == "token_expired");
  if (!verified.ok) throw notReader(c, verified.code);
  return verified.site;
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

export function notReader(c: Context<AppEnv>, code: keyof typeof MESSAGES): Refusal {
  const reason = canRead(c.env) ? code : "token_not_set";
  if (reason != "token_not_set") c.header("www-authenticate", "Bearer");
  return new Refusal(reason, MESSAGES[reason]);
}

function digest(text: string): Promise<ArrayBuffer> {
  return crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
}
