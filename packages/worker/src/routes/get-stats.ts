import {
  addDays,
  listDays,
  SEEN,
  type DayCount,
  type StatDetail,
  type StatRow,
  type TopDomId,
  type Day,
} from "@tracker/sdk/protocol";
import type { Context } from "hono";
import type * as v from "valibot";
import { notReader } from "../http/guards/admit.ts";
import { readConfig } from "../config/config.ts";
import { queryExactly, readExactly } from "../statistics/read.ts";
import { readJson } from "../http/read-json.ts";
import { orRefuse } from "../http/refuse.ts";
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
 * → `[[dom_id, counter, label, category], …]`, with `before` also the counter of as many days before; `[[dom_id, counter], …]` where
 * no DOM ids are given; by day `[[day, counter], …]`, days without actions included.
 */
export async function postStats(c: Context<AppEnv>): Promise<Response> {
  const { dom_ids: actions, before, by, ...parameters } = parseParameters(StatsRequest, await readJson(c));
  const range = readRange(c, parameters);
  if (by) return answer(c, await countDays(c, range, actions));
  if (actions === undefined) return answer(c, await listTopDomIds(c, range));
  return answer(c, await (before ? compareActions : countActions)(c, range, actions));
}

/** One action's counter on each day. Not for strangers: it may cost a flush. */
async function countDays(
  c: Context<AppEnv>,
  { page, ...range }: Range,
  [action, ...others]: readonly Action[] = [],
): Promise<DayCount[]> {
  if (action === undefined || others.length > 0) throw new ParameterError("dom_ids", "by day it is one");
  if (c.get("isPublic")) throw notReader(c, "unauthorized");
  const [label, category] = typeof action == "string" ? [] : action;
  const filter = label === undefined ? { domId: action as string } : { labels: [label], category, domId: "" };
  const days = listDays(range.from, range.to);
  const { results } = await queryExactly<{ day: Day; counter: number }>(c.env, range, (known) => [
    selectSums(c.env.DB, known, { ...filter, page }, ["day"], { order: ["day", "asc"], limit: days.length }),
  ]);
  const counters = new Map(results[0]!.map(({ day, counter }) => [day, counter]));
  return days.map((day) => [day, counters.get(day) ?? 0]);
}

/** Counts actions in a range and in the one of the same length directly before it. */
async function compareActions(c: Context<AppEnv>, range: Range, actions: readonly Action[]): Promise<StatDetail[]> {
  const last = addDays(range.from, -1);
  const earlier = { ...range, from: addDays(last, 1 - listDays(range.from, range.to).length), to: last };
  checkLookups(c, { from: earlier.from, to: range.to }, actions);
  const [now, before] = await Promise.all([countActions(c, range, actions), countActions(c, earlier, actions)]);
  const rows = new Map<string, StatDetail>();
  for (const row of now) {
    const [domId, counter, label, category] = row;
    rows.set(rowKey(row), [domId, counter, label, category, 0]);
  }
  for (const row of before) {
    const [domId, counter, label, category] = row;
    const both = rows.get(rowKey(row));
    if (both) both[4] = counter;
    else rows.set(rowKey(row), [domId, 0, label, category, counter]);
  }
  return [...rows.values()];
}

function rowKey([domId, , label, category]: StatDetail): string {
  return JSON.stringify([domId, label, category]);
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

function answer(c: Context, rows: (StatRow | StatDetail | TopDomId | DayCount)[]): Response {
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
  return {
    from: first,
    to: last,
    site: orRefuse(siteToRead(sites, site, c.get("caller")?.site)),
    page: page || undefined,
  };
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
    const row: StatDetail = [domId, count, label, category];
    const sum = sums.get(rowKey(row));
    if (sum) sum[1] += count;
    else sums.set(rowKey(row), row);
  };
  for (const { domId, label, category, counter } of rows) add(domId, label, category, counter);
  for (const [, label, category, domId, count] of tail) add(domId, label, category, count);
  return [...sums.values()];
}
