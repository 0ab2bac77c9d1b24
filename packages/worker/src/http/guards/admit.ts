import type { Context, MiddlewareHandler } from "hono";
import { readConfig } from "../../config/config.ts";
import type { Env } from "../../env.ts";
import type { Caller } from "../../model/access-token.ts";
import { cutBasePath, urlTo } from "../base-path.ts";
import type { AppEnv } from "../context.ts";
import { Refusal, type RefusalCode } from "../refuse.ts";
import { findCaller, isAdminToken, readBearer, type Found } from "./callers.ts";
import { findHeatmapViewer } from "./heatmap-token.ts";
import { limitReads } from "./rate-limit.ts";
import { findAccess, listMethods } from "./route-access.ts";
import { admitSender } from "./senders.ts";
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
  const { who, changes, allSites } = access;
  if (who == "sender") return admitSender(c, next);
  if (who != "anyone") {
    await limitReads(c);
    if (who == "stats") await admitToStats(c);
    else {
      const found = await findCaller(c);
      if (!found.ok && isPage(c)) return c.redirect(loginFor(c, found.code), 303);
      const caller = callerOf(c, found);
      expectRole(caller, who);
      if (allSites && caller.site !== undefined) {
        throw new Refusal("site_not_yours", `this is about all sites, and this token about "${caller.site}" alone`);
      }
      c.set("caller", caller);
    }
  }
  if (changes) expectOwnPage(c);
  return next();
};

function refuseMethod(c: Context<AppEnv>): Refusal {
  const methods = listMethods(c.req.path)!;
  c.header("allow", methods);
  return new Refusal("method_not_allowed", `${c.req.method} is not one of ${methods}`);
}

/** For what a heat map reads. @throws Refusal */
async function admitToStats(c: Context<AppEnv>): Promise<void> {
  const bearer = readBearer(c);
  const heatmapToken = bearer && isSignedToken(bearer) && !(await isAdminToken(c.env, bearer)) ? bearer : undefined;
  const found = heatmapToken ? await findHeatmapViewer(c, heatmapToken) : await findCaller(c);
  c.set("isPublic", !found.ok && !heatmapToken && readConfig(c.env).publicStats);
  if (c.get("isPublic")) return;
  const caller = callerOf(c, found);
  expectRole(caller, "viewer");
  c.set("caller", caller);
}

/** @throws Refusal where there is nobody. */
function callerOf(c: Context<AppEnv>, found: Found): Caller {
  if (!found.ok) throw notReader(c, found.code);
  return found.caller;
}

/** @throws Refusal where the caller's role is another. */
function expectRole({ role, view }: Caller, needed: "viewer" | "admin"): void {
  if (view !== undefined) throw new Refusal("forbidden", "this token is a share link's: it shows one view alone");
  if (role == needed || role == "admin") return;
  throw new Refusal("forbidden", `this token's role is ${role}, and this needs ${needed}`);
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
