import {
  addDays,
  isDay,
  listDays,
  SEEN,
  type Day,
  type StatDetail,
  type StatRow,
  type TopDomId,
} from "@tracker/sdk/protocol";
import type { Context } from "hono";
import { refuseReader } from "../http/guards/readers.ts";
import { readConfig } from "../config/config.ts";
import { queryExactly, readExactly } from "../statistics/read.ts";
import { refuse } from "../http/refuse.ts";
import { siteToRead } from "../model/site.ts";
import { isTooLong, RANGE_MAX_DAYS } from "../http/parameters.ts";
import { selectSums } from "../d1/sums.ts";
import type { AppEnv } from "../http/context.ts";
import type { DayRange, Increment } from "../model/counts.ts";
import { readActions, type Action } from "../d1/actions.ts";

/** The most days that `days` may ask for. */
const DAYS_MAX = 3_660;
/** Actions times days that one request may ask for: about a second of the database's time, and for the public a fiftieth of that. */
const LOOKUPS_MAX = 1_000_000;
const PUBLIC_LOOKUPS_MAX = 20_000;
/** How many DOM ids an answer lists if the request names none. */
const TOP_DOM_IDS = 500;

/** What a request asks for, not yet checked. */
type Asked = Partial<Record<"from" | "to" | "days" | "site", unknown>>;

/** `GET /get_stats/?dom_ids=a|b[&from=…&to=…][&site=…]` → `[[dom_id, counter, label], …]`, in the order asked for. */
export async function getStats(c: Context<AppEnv>): Promise<Response> {
  const range = readRange(c, c.req.query());
  if (range instanceof Response) return range;
  const asked = c.req.query("dom_ids");
  if (asked === undefined) return refuse(c, "bad_parameter", "dom_ids: missing; DOM ids, joined by |");
  const domIds = [...new Set(asked.split("|").filter(Boolean))];
  const refusal = refuseTooMany(c, range, domIds);
  if (refusal) return refusal;
  const rows = new Map(domIds.map((domId) => [domId, new Map<string, number>()]));
  for (const [domId, counter, label] of await countActions(c.env, range, domIds)) {
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
  if (typeof body != "object" || body === null || Array.isArray(body))
    return refuse(c, "bad_json", "the body is not a JSON object");
  const range = readRange(c, body);
  if (range instanceof Response) return range;
  const { dom_ids: actions } = body as { dom_ids?: unknown };
  if (actions === undefined) return listTopDomIds(c, range);
  if (!Array.isArray(actions) || !actions.every(isAction)) {
    return refuse(
      c,
      "bad_parameter",
      'dom_ids: a list of DOM ids, and of ["label", "category"] for actions without one',
    );
  }
  return refuseTooMany(c, range, actions) ?? answer(c, await countActions(c.env, range, actions));
}

/** Each action is looked up on each day: what one request may make of that. */
function refuseTooMany(c: Context<AppEnv>, { from, to }: DayRange, actions: readonly Action[]): Response | undefined {
  const days = listDays(from, to).length;
  const most = c.get("isPublic") ? PUBLIC_LOOKUPS_MAX : LOOKUPS_MAX;
  // DOM ids have an index of their own, so a reader's cost no more than what is found.
  const looked = c.get("isPublic") ? actions : actions.filter((action) => typeof action != "string");
  if (looked.length * days <= most) return undefined;
  return refuse(
    c,
    "bad_parameter",
    `dom_ids: ${looked.length} actions on ${days} days are more than ${most} look-ups; ask for fewer, or for fewer days`,
  );
}

/** Not for strangers, even with PUBLIC_STATS: they may read the counts of ids they know, not find out what a site counts. */
async function listTopDomIds(c: Context<AppEnv>, range: DayRange & { site: string }): Promise<Response> {
  if (c.get("isPublic")) return refuseReader(c, "unauthorized");
  const { results } = await queryExactly<{ dom_id: string; counter: number }>(c.env, range, (known) => [
    selectSums(c.env.DB, known, {}, ["dom_id"], { order: ["counter", "desc"], limit: TOP_DOM_IDS + 1 }),
  ]);
  const rows = results[0]!.filter(({ dom_id: domId }) => domId !== "").slice(0, TOP_DOM_IDS);
  return answer(
    c,
    rows.map(({ dom_id: domId, counter }): TopDomId => [domId, counter]),
  );
}

function answer(c: Context, rows: (StatRow | StatDetail | TopDomId)[]): Response {
  c.header("cache-control", "no-store");
  return c.json(rows);
}

function isAction(value: unknown): value is Action {
  if (Array.isArray(value)) return value.length == 2 && value.every((part) => typeof part == "string");
  return typeof value == "string" && value != "";
}

function readRange(c: Context<AppEnv>, { from, to, days, site }: Asked): (DayRange & { site: string }) | Response {
  const { sites, calendar } = readConfig(c.env);
  const today = calendar.dayOf(Date.now());
  const range = { from: from ?? today, to: to ?? today };
  if (days !== undefined) {
    const isNumber = typeof days == "number" || (typeof days == "string" && /^\d+$/.test(days));
    if (!(isNumber && Number.isInteger(Number(days)) && Number(days) >= 1 && Number(days) <= DAYS_MAX)) {
      return refuse(c, "bad_parameter", `days: a whole number from 1 to ${DAYS_MAX}`);
    }
    range.from = addDays(today, 1 - Number(days));
  }
  for (const [name, day] of Object.entries(range)) {
    if (!isDayText(day))
      return refuse(c, "bad_parameter", `${name}: ${JSON.stringify(day)} is not a day such as ${today}`);
  }
  const { from: first, to: last } = range as DayRange;
  if (first > last) return refuse(c, "bad_parameter", `from: ${first} is after ${last}`);
  if (isTooLong(first, last)) return refuse(c, "bad_parameter", `from: more than ${RANGE_MAX_DAYS} days before to`);
  if (site !== undefined && typeof site != "string") return refuse(c, "bad_parameter", "site: not a text");
  const allowed = siteToRead(sites, site, c.get("onlySite"));
  if (!allowed.ok) return refuse(c, allowed.code, allowed.message);
  return { from: first, to: last, site: allowed.value };
}

function isDayText(value: unknown): value is Day {
  return typeof value == "string" && isDay(value);
}

/** Sums what D1 has and what it does not have yet, by DOM id, label and category. */
async function countActions(
  env: AppEnv["Bindings"],
  range: DayRange & { site: string },
  actions: readonly Action[],
): Promise<StatDetail[]> {
  if (actions.length == 0) return [];
  // An action that is asked for twice must not be summed twice.
  const wanted = new Map(actions.map((action) => [JSON.stringify(action), action]));
  const isWanted = ([, label, category, domId]: Increment): boolean =>
    wanted.has(JSON.stringify(domId || [label, category]));
  const { rows, tail } = await readExactly(env, range.site, isWanted, () =>
    readActions(env.DB, range, [...wanted.values()]),
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
