import { addDays, listDays, SEEN, type StatDetail, type StatRow, type TopDomId } from "@tracker/sdk/protocol";
import type { Context } from "hono";
import type * as v from "valibot";
import { notReader } from "../http/guards/readers.ts";
import { readConfig } from "../config/config.ts";
import { queryExactly, readExactly } from "../statistics/read.ts";
import { orRefuse, Refusal } from "../http/refuse.ts";
import { siteToRead } from "../model/site.ts";
import { checkRange, ParameterError, parseParameters } from "../http/parameters.ts";
import { StatsQuery, StatsRequest } from "./queries.ts";
import { selectSums } from "../d1/sums.ts";
import type { AppEnv } from "../http/context.ts";
import type { DayRange, Increment } from "../model/counts.ts";
import { readActions, type Action } from "../d1/actions.ts";

/** Actions times days that one request may ask for: bounds the time that it holds the database. */
const LOOKUPS_MAX = 1_000_000;
const PUBLIC_LOOKUPS_MAX = 20_000;
/** How many DOM ids an answer lists if the request names none. */
const TOP_DOM_IDS = 500;

type Range = DayRange & { site: string; page: string | undefined };

/** `GET /get_stats/?dom_ids=a|b[&from=…&to=…][&site=…]` → `[[dom_id, counter, label], …]`, in the order asked for. */
export async function getStats(c: Context<AppEnv>): Promise<Response> {
  const { dom_ids: asked, ...parameters } = parseParameters(StatsQuery, c.req.query());
  const domIds = [...new Set(asked.split("|").filter(Boolean))];
  const rows = new Map(domIds.map((domId) => [domId, new Map<string, number>()]));
  for (const [domId, counter, label] of await countActions(c, readRange(c, parameters), domIds)) {
    if (label === SEEN) continue;
    const labels = rows.get(domId)!;
    labels.set(label, (labels.get(label) ?? 0) + counter);
  }
  return answer(
    c,
    [...rows].flatMap(([domId, labels]) => [...labels].map(([label, counter]): StatRow => [domId, counter, label])),
  );
}

/**
 * `POST /get_stats/` with a `StatsRequest` as JSON: for a heat map, which asks for more than a URL holds.
 * → `[[dom_id, counter, label, category], …]`, or `[[dom_id, counter], …]` where no DOM ids are given.
 */
export async function postStats(c: Context<AppEnv>): Promise<Response> {
  const body: unknown = await c.req.json().catch(() => undefined);
  if (typeof body != "object" || body === null || Array.isArray(body)) {
    throw new Refusal("bad_json", "the body is not a JSON object");
  }
  const { dom_ids: actions, ...parameters } = parseParameters(StatsRequest, body);
  const range = readRange(c, parameters);
  return answer(c, actions === undefined ? await listTopDomIds(c, range) : await countActions(c, range, actions));
}

/** Not for strangers, even with PUBLIC_STATS: they may read the counts of ids they know, not find out what a site counts. */
async function listTopDomIds(c: Context<AppEnv>, range: Range): Promise<TopDomId[]> {
  if (c.get("isPublic")) throw notReader(c, "unauthorized");
  const { results } = await queryExactly<{ dom_id: string; counter: number }>(c.env, range, (known) => [
    selectSums(c.env.DB, known, { page: range.page }, ["dom_id"], {
      order: ["counter", "desc"],
      limit: TOP_DOM_IDS + 1,
    }),
  ]);
  const rows = results[0]!.filter(({ dom_id: domId }) => domId !== "").slice(0, TOP_DOM_IDS);
  return rows.map(({ dom_id: domId, counter }) => [domId, counter]);
}

function answer(c: Context, rows: (StatRow | StatDetail | TopDomId)[]): Response {
  c.header("cache-control", "no-store");
  return c.json(rows);
}

function readRange(
  c: Context<AppEnv>,
  { from, to, days, site, page }: Omit<v.InferOutput<typeof StatsQuery>, "dom_ids">,
): Range {
  const { sites, calendar } = readConfig(c.env);
  const today = calendar.dayOf(Date.now());
  const first = days === undefined ? (from ?? today) : addDays(today, 1 - days);
  const last = to ?? today;
  checkRange(first, last);
  // All rows of a page are read, however few are asked for: that is not for strangers.
  if (page && c.get("isPublic")) throw notReader(c, "unauthorized");
  return { from: first, to: last, site: orRefuse(siteToRead(sites, site, c.get("onlySite"))), page: page || undefined };
}

/** Each action is looked up on each day. @throws ParameterError where that is too much for one request. */
function checkLookups(c: Context<AppEnv>, { from, to }: DayRange, actions: readonly Action[]): void {
  const isPublic = c.get("isPublic");
  const most = isPublic ? PUBLIC_LOOKUPS_MAX : LOOKUPS_MAX;
  // DOM ids have an index of their own, so a reader's cost no more than what is found.
  const { length } = isPublic ? actions : actions.filter((action) => typeof action != "string");
  const days = listDays(from, to).length;
  if (length * days <= most) return;
  throw new ParameterError(
    "dom_ids",
    `${length} actions on ${days} days are more than ${most} look-ups; ask for fewer`,
  );
}

/** Sums what D1 has and what it does not have yet, by DOM id, label and category. */
async function countActions(c: Context<AppEnv>, range: Range, actions: readonly Action[]): Promise<StatDetail[]> {
  checkLookups(c, range, actions);
  if (actions.length == 0) return [];
  // An action that is asked for twice must not be summed twice.
  const wanted = new Map(actions.map((action) => [JSON.stringify(action), action]));
  const isWanted = ([, label, category, domId, , page]: Increment): boolean =>
    (range.page === undefined || range.page === page) && wanted.has(JSON.stringify(domId || [label, category]));
  const { rows, tail } = await readExactly(c.env, range.site, isWanted, () =>
    readActions(c.env.DB, range, [...wanted.values()]),
  );
  const sums = new Map<string, StatDetail>();
  const add = (domId: string, label: string, category: string, count: number): void => {
    const key = JSON.stringify([domId, label, category]);
    const sum = sums.get(key);
    if (sum) sum[1] += count;
    else sums.set(key, [domId, count, label, category]);
  };
  for (const { domId, label, category, counter } of rows) add(domId, label, category, counter);
  for (const [, label, category, domId, count] of tail) add(domId, label, category, count);
  return [...sums.values()];
}
