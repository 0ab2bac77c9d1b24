/** Links between the dashboard's pages: each keeps what the line above the pages says (site, range, compare). */
import type { Context } from "hono";
import { urlTo } from "../../http/base-path.ts";
import type { AppEnv } from "../../http/context.ts";
import { hrefOf } from "./format.ts";

/** The parameters that a link from page to page keeps. */
const VIEW_PARAMETERS = ["site", "range", "from", "to", "compare"] as const;

type Changes = Readonly<Record<string, string | undefined>>;

/** Where the dashboard lies, whatever base path the Worker is mounted under; ends with a slash. */
export function dashboardUrl(c: Context<AppEnv>): string {
  return urlTo(c, "/dashboard/");
}

/**
 * Another page of the dashboard with the same site, range and comparison.
 *
 * @param page Its path below `/dashboard/`; `""` is the overview.
 * @param changes Parameters of that page, or of the view; `""` leaves one out.
 */
export function linkTo(c: Context<AppEnv>, page: string, changes: Changes = {}): string {
  const kept = Object.fromEntries(VIEW_PARAMETERS.map((name) => [name, c.req.query(name)]));
  return hrefOf(dashboardUrl(c) + page, { ...kept, ...changes });
}

/** This page with some parameters changed; `""` leaves one out. A list begins with its first rows again. */
export function linkHere(c: Context<AppEnv>, changes: Changes): string {
  return hrefOf("", { ...c.req.query(), cursor: "", export: "", ...changes });
}
