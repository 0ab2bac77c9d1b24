import type { Context, MiddlewareHandler, Next } from "hono";
import { readConfig } from "../../config/config.ts";
import type { Env } from "../../env.ts";
import type { Caller } from "../../model/access-token.ts";
import { cutBasePath, urlTo } from "../base-path.ts";
import type { AppEnv } from "../context.ts";
import { Refusal, type RefusalCode } from "../refuse.ts";
import { findCaller, isAdminToken, readBearer, type Found } from "./callers.ts";
import { findHeatmapViewer } from "./heatmap-token.ts";
import { limitReads } from "./rate-limit.ts";
import { findAccess, listMethods, refusalOf, type Access } from "./route-access.ts";
import { admitSender } from "./senders.ts";
import { findSharer, heatmapOf } from "./share.ts";
import { isSignedToken } from "./signed-token.ts";

export const TOKEN_HINT = "set the ADMIN_TOKEN secret: npx wrangler secret put ADMIN_TOKEN (in development: .dev.vars)";

const MESSAGES = {
  token_not_set: TOKEN_HINT,
  unauthorized: "send the token as Authorization: Bearer, or log in at login/",
  token_expired: "the token has ended or was revoked: ask for another, or open the heat map again from the dashboard",
} satisfies Partial<Record<RefusalCode, string>>;

/** Lets through who may use the route that is asked for, as `ACCESS` says. For paths that are there. */
export const admit: MiddlewareHandler<AppEnv> = async (c, next) => {
  const access = findAccess(c.req.method, c.req.path);
  if (!access) throw refuseMethod(c);
  const { who, changes, shared } = access;
  const share = shared && c.req.query("share");
  if (who == "sender") return admitSender(c, next);
  if (who != "anyone") {
    await limitReads(c);
    if (share) return admitSharer(c, share, next);
    const found = who == "stats" ? await findStatsReader(c) : await findCaller(c);
    if (found?.ok === false && isPage(c)) return c.redirect(loginFor(c, found.code), 303);
    if (found) c.set("caller", expectRight(c, access, found));
  }
  if (changes) expectOwnPage(c);
  return next();
};

/** A browser that does not have the link's token yet keeps its fragment on the way to where it is taken. */
async function admitSharer(c: Context<AppEnv>, id: string, next: Next): Promise<Response | void> {
  const found = await findSharer(c, id);
  if (!found.ok) return c.redirect(urlTo(c, "/share/"), 303);
  c.set("caller", found.caller);
  return next();
}

function refuseMethod(c: Context<AppEnv>): Refusal {
  const methods = listMethods(c.req.path)!;
  c.header("allow", methods);
  return new Refusal("method_not_allowed", `${c.req.method} is not one of ${methods}`);
}

/** For what a heat map reads; nothing: everybody, because PUBLIC_STATS says so. */
async function findStatsReader(c: Context<AppEnv>): Promise<Found | undefined> {
  const bearer = readBearer(c);
  if (bearer && isSignedToken(bearer) && !(await isAdminToken(c.env, bearer))) return findHeatmapViewer(c, bearer);
  const found = await findCaller(c);
  c.set("isPublic", !found.ok && readConfig(c.env).publicStats);
  return c.get("isPublic") ? undefined : found;
}

/** Who was found. @throws Refusal where it is nobody, or may not do this. */
function expectRight(c: Context<AppEnv>, access: Access, found: Found): Caller {
  if (!found.ok) throw notReader(c, found.code);
  const { caller } = found;
  // A heat map's link reads what heat maps read.
  const isHeatmap = access.who == "stats" && caller.view !== undefined && heatmapOf(caller.view) !== undefined;
  if (caller.view !== undefined && !isHeatmap)
    throw new Refusal("forbidden", "this token is a share link's: it shows one view alone");
  const refusal = refusalOf(access, caller);
  if (refusal) throw refusal;
  return caller;
}

/**
 * Lets a state change through only from the Worker's own pages, so that no other page can use a reader's cookie. Who sends
 * the token itself is no browser that was tricked.
 *
 * Not Hono's csrf(): that asks only about the content types of forms, and leaves the others to the browser's preflight.
 */
function expectOwnPage(c: Context<AppEnv>): void {
  const isOwn =
    c.req.header("sec-fetch-site") === "same-origin" || c.req.header("origin") === new URL(c.req.url).origin;
  if (isOwn || readBearer(c) !== undefined) return;
  throw new Refusal("cross_origin", "only the Worker's own pages may do this by cookie");
}

/** Whether a browser is to be led to the login, and from there back to the page it asked for. */
function isPage(c: Context<AppEnv>): boolean {
  return /^\/dashboard(\/|$)/.test(c.req.path) && readBearer(c) === undefined && canRead(c.env);
}

function loginFor(c: Context<AppEnv>, code: "unauthorized" | "token_expired"): string {
  const { pathname, search } = new URL(c.req.url);
  const isFront = c.req.method != "GET" || c.req.path == "/dashboard";
  const query = new URLSearchParams({
    ...(!isFront && { to: cutBasePath(c.env, pathname) + search }),
    ...(code == "token_expired" && { ended: "true" }),
  });
  return urlTo(c, `/login/${query.size > 0 ? `?${query.toString()}` : ""}`);
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
