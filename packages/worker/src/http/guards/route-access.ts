/** Who may use which route. Every route takes its guard from here: one that is missing leads nowhere, and the Worker does not start. */

import type { Caller } from "../../model/access-token.ts";
import { Refusal } from "../refuse.ts";

/** What a request needs. */
export interface Access {
  /**
   * - `anyone`
   * - `sender`: who may send pings: visitors, and with a token the roles counter and admin
   * - `stats`: who may read what a heat map shows: viewers, heat map tokens, and everyone where PUBLIC_STATS says so
   * - `viewer`, `admin`: this role; an admin may do what a viewer may
   */
  who: "anyone" | "sender" | "stats" | "viewer" | "admin";
  /** Whether it changes something: then a cookie is taken only from the Worker's own pages. */
  changes?: true;
  /** Whether a share link may show it. */
  shared?: true;
  /** Whether it tells of all sites at once, so that a token of one site is not enough. */
  allSites?: true;
}

/** By method and path, without BASE_PATH and the slash at the end. */
export const ACCESS: Readonly<Record<string, Access>> = {
  "GET /track": { who: "sender" },
  "POST /track": { who: "sender" },
  "GET /track.gif": { who: "sender" },

  "GET /get_stats": { who: "stats" },
  "POST /get_stats": { who: "stats" },
  // Strangers learn whether all is well; a viewer of all sites also of each object.
  "GET /healthz": { who: "anyone" },
  "GET /metrics": { who: "viewer", allSites: true },
  "GET /report": { who: "admin", changes: true },
  "POST /report": { who: "admin", changes: true },

  "GET /api/statistics": { who: "viewer" },
  "DELETE /api/statistics": { who: "admin", changes: true },
  "GET /api/timeseries": { who: "viewer" },
  "GET /api/export": { who: "viewer" },
  "POST /api/import": { who: "admin", changes: true },
  "GET /api/annotations": { who: "viewer" },
  "POST /api/annotations": { who: "admin", changes: true },
  "DELETE /api/annotations": { who: "admin", changes: true },
  "GET /api/rules": { who: "admin", allSites: true },
  "POST /api/rules": { who: "admin", changes: true, allSites: true },
  "DELETE /api/rules": { who: "admin", changes: true, allSites: true },
  "GET /api/tokens": { who: "admin" },
  "POST /api/tokens": { who: "admin", changes: true },
  "DELETE /api/tokens": { who: "admin", changes: true },
  "GET /api/openapi.json": { who: "viewer" },

  "GET /login": { who: "anyone" },
  "POST /login": { who: "anyone" },
  "POST /logout": { who: "anyone", changes: true },

  "GET /share": { who: "anyone" },
  "POST /share": { who: "anyone" },

  "GET /dashboard": { who: "viewer", shared: true },
  "GET /dashboard/labels": { who: "viewer", shared: true },
  "GET /dashboard/pages": { who: "viewer", shared: true },
  "GET /dashboard/page": { who: "viewer", shared: true },
  "GET /dashboard/today": { who: "viewer", shared: true },
  "GET /dashboard/statistics": { who: "viewer" },
  "GET /dashboard/label": { who: "viewer", shared: true },
  "GET /dashboard/api": { who: "viewer" },
  "GET /dashboard/heatmaps": { who: "viewer" },
  "POST /dashboard/heatmap": { who: "viewer", changes: true },
  "GET /dashboard/opened": { who: "viewer" },
  "GET /dashboard/settings": { who: "admin" },
  "POST /dashboard/share": { who: "admin", changes: true },
  "GET /dashboard/access": { who: "admin" },
  "POST /dashboard/access": { who: "admin", changes: true },
  "GET /dashboard/annotations": { who: "admin" },
  "POST /dashboard/annotations": { who: "admin", changes: true },
  "GET /dashboard/rules": { who: "admin", allSites: true },
  "POST /dashboard/rules": { who: "admin", changes: true, allSites: true },
  "GET /dashboard/delete": { who: "admin" },
  "POST /dashboard/delete": { who: "admin", changes: true },
  "GET /dashboard/import": { who: "admin" },
  "POST /dashboard/import": { who: "admin", changes: true },
  "GET /dashboard/latest": { who: "viewer", allSites: true },
  "GET /dashboard/health": { who: "viewer", allSites: true },
  "GET /dashboard/flush": { who: "admin" },
  "POST /dashboard/flush": { who: "admin", changes: true },

  "GET /": { who: "anyone" },
};

const METHODS = Map.groupBy(Object.keys(ACCESS), (route) => route.slice(route.indexOf(" ") + 1));

/** What a request needs; nothing where it is for no route. */
export function findAccess(method: string, path: string): Access | undefined {
  return ACCESS[`${method == "HEAD" ? "GET" : method} ${path}`];
}

/**
 * Whether a caller may do this; what is no route is a file, for everybody. A share link's caller may see its one view, which `admit`
 * compares with the request.
 */
export function mayUse(caller: Caller, method: string, path: string): boolean {
  const access = findAccess(method, path);
  if (!access) return listMethods(path) === undefined;
  return refusalOf(access, caller) === undefined;
}

/** Why a caller may not use what has this access; nothing where it may. */
export function refusalOf({ who, allSites }: Access, { role, site }: Caller): Refusal | undefined {
  if (who === "anyone" || who === "sender") return undefined;
  const needed = who === "admin" ? "admin" : "viewer";
  if (role !== needed && role !== "admin") {
    return new Refusal("forbidden", `this token's role is ${role}, and this needs ${needed}`);
  }
  if (!allSites || site === undefined) return undefined;
  return new Refusal("site_not_yours", `this is about all sites, and this token about "${site}" alone`);
}

/** The methods of a path, such as `GET, POST`; nothing where it is no route's. */
export function listMethods(path: string): string | undefined {
  return METHODS.get(path)
    ?.map((route) => route.split(" ", 1)[0])
    .join(", ");
}

/** @throws Error for a route that is in nobody's right: a mistake of the programmer, found when the Worker starts. */
export function expectListed(routes: readonly { method: string; path: string }[]): void {
  for (const { method, path } of routes) {
    const route = `${method} ${path.replace(/(.)\/$/, "$1")}`;
    if (!["ALL", "OPTIONS"].includes(method) && !ACCESS[route]) {
      throw new Error(`${route} is in no line of http/guards/route-access.ts: say there who may use it`);
    }
  }
}
