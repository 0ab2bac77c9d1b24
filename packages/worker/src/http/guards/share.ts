/**
 * A share link is an access token for one view: a page of the dashboard with its parameters, or the heat map of a page. A page's link has
 * the token's id in its query and the token itself in the fragment, which browsers send to nobody; `/share/` takes it by POST and
 * gives a cookie for it. The row in D1 says with each request which view it is, and whether it was revoked.
 */
import type { Context } from "hono";
import type { AppEnv } from "../context.ts";
import type { Caller } from "../../model/access-token.ts";
import { findSessionOf, type Found } from "./callers.ts";
import { findAccess } from "./route-access.ts";
import { readCookie, writeCookie } from "./session.ts";

const HEATMAP = "heatmap?";

/** A view by its path below `/dashboard/` and its parameters; the same for the same view, in whatever order they come. */
export function nameView(page: string, parameters: URLSearchParams): string {
  const kept = new URLSearchParams([...parameters].filter(([name, value]) => name !== "share" && value !== ""));
  kept.sort();
  return kept.size > 0 ? `${page}?${kept.toString()}` : page;
}

export function nameHeatmap(address: string): string {
  return HEATMAP + new URLSearchParams({ url: address }).toString();
}

/** The address of the page whose heat map this view is; nothing where it is a page of the dashboard. */
export function heatmapOf(view: string): string | undefined {
  return view.startsWith(HEATMAP) ? (new URLSearchParams(view.slice(HEATMAP.length)).get("url") ?? "") : undefined;
}

/** Whether links may show this page of the dashboard. */
export function isShareable(page: string): boolean {
  return findAccess("GET", page === "" ? "/dashboard" : `/dashboard/${page}`)?.shared === true;
}

/** The address of a view below `/dashboard/`, as its link has it. */
export function linkOf(view: string, id: string): string {
  return `${view}${view.includes("?") ? "&" : "?"}share=${id}`;
}

/** Remembers in this browser that it has the link. */
export async function rememberShare(c: Context<AppEnv>, caller: Caller): Promise<void> {
  await writeCookie(c, "share", caller, `_${caller.tokenId}`);
}

/** Who opens a share link, in a browser that has its token: a viewer of exactly the view that is asked for. */
export async function findSharer(c: Context<AppEnv>, id: string): Promise<Found> {
  const cookie = /^[\w-]{1,40}$/.test(id) ? await readCookie(c, "share", `_${id}`) : undefined;
  if (!cookie?.ok || cookie.tokenId !== id) return { ok: false, code: "unauthorized" };
  const found = await findSessionOf(c, id);
  const asked = nameView(c.req.path.replace(/^\/dashboard\/?/, ""), new URL(c.req.url).searchParams);
  return !found.ok || found.caller.view === asked ? found : { ok: false, code: "unauthorized" };
}
