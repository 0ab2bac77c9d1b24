import { listDays } from "@tracker/sdk/protocol";
import { Hono } from "hono";
import { describeRoute, openAPIRouteHandler, resolver, validator } from "hono-openapi";
import * as v from "valibot";
import type { AppEnv } from "../app.tsx";
import { splitPath } from "../base-path.ts";
import { readConfig } from "../config.ts";
import { queryExactly } from "../read.ts";
import { refuse } from "../refuse.ts";
import { rowOrders, selectRows, type StatisticRow } from "../statistic/rows.ts";
import { selectSums, sumOrders } from "../statistic/sums.ts";
import type { Column, Order } from "../statistic/query.ts";
import { cutPage, decodeCursor, FILTER, PAGE, readQuestion } from "./question.ts";

const COLUMNS = ["day", "label", "category", "dom_id", "counter"] as const;
const GROUPS = ["label", "category", "dom_id", "day", "site"] as const;
const PAGE_ROWS = 100;

const counter = v.pipe(v.number(), v.integer());
const final = v.pipe(v.boolean(), v.description("false while the counts may still grow"));
const covered = {
  from: v.string(),
  to: v.string(),
  time_zone: v.pipe(v.string(), v.description("whose midnight ends a day")),
  final,
};
const failure = v.object({ error: v.object({ code: v.string(), message: v.string() }), now: v.number() });

const StatisticsQuery = v.strictObject({
  ...FILTER,
  group: v.optional(v.pipe(v.picklist(GROUPS), v.description("sums instead of rows: one for each of these"))),
  sort: v.optional(v.pipe(v.picklist(COLUMNS), v.description("default day, or counter for sums"))),
  ...PAGE,
});

const StatisticsAnswer = v.object({
  ...covered,
  rows: v.array(
    v.object({
      site: v.optional(v.string()),
      day: v.optional(v.string()),
      label: v.optional(v.string()),
      category: v.optional(v.string()),
      dom_id: v.optional(v.string()),
      counter,
      final: v.optional(final),
    }),
  ),
  next: v.pipe(v.nullable(v.string()), v.description("cursor of the next page; null on the last")),
});

const TimeseriesAnswer = v.object({
  ...covered,
  points: v.array(v.object({ day: v.string(), counter, final })),
});

/** Query parameters, each wrong one answered with its name. */
function query<Schema extends v.GenericSchema>(schema: Schema) {
  return validator("query", schema, (result, c) => {
    if (result.success) return undefined;
    const [issue] = result.error;
    const name = issue?.path?.map((part) => (typeof part == "object" ? part.key : part)).join(".");
    const isUnknown = issue && "expected" in issue && issue.expected === "never";
    return refuse(c, "bad_parameter", `${name}: ${isUnknown ? "no such parameter" : issue?.message}`);
  });
}

function describe(summary: string, answer: v.GenericSchema) {
  const refused = { description: "refused", content: { "application/json": { schema: resolver(failure) } } };
  return describeRoute({
    summary,
    responses: {
      200: { description: "counted", content: { "application/json": { schema: resolver(answer) } } },
      400: refused,
      401: refused,
    },
  });
}

/** The JSON API, for whoever may read. */
export const api = new Hono<AppEnv>();

api.get(
  "/statistics",
  describe("Rows, or sums of them, flushed or not.", StatisticsAnswer),
  query(StatisticsQuery),
  async (c) => {
    const { group, sort, order, cursor, limit = PAGE_ROWS, ...parameters } = c.req.valid("query");
    const { subject, filter } = readQuestion(c, parameters);
    const column = sort ?? (group ? "counter" : "day");
    const direction = order ?? (column === "counter" || column === "day" ? "desc" : "asc");
    const sortedBy = [column, direction] as const;
    const by: Column[] = [group ?? "label"];
    const orders: Order[] = group ? sumOrders(by, sortedBy) : rowOrders(sortedBy);
    const sortName = [group ?? "", ...sortedBy].join();
    const after = decodeCursor(cursor, sortName, orders.length);
    const page = { order: sortedBy, after, limit: limit + 1 };
    const { results, openDays } = await queryExactly<StatisticRow>(c.env, subject, (known) => [
      group ? selectSums(c.env.DB, known, filter, by, page) : selectRows(c.env.DB, known, filter, page),
    ]);
    const open = new Set(openDays);
    const { rows, next } = cutPage(
      results[0]!,
      limit,
      sortName,
      orders.map(([name]) => name as keyof StatisticRow),
    );
    return c.json({
      from: subject.from,
      to: subject.to,
      time_zone: readConfig(c.env).timeZone,
      final: open.size === 0,
      rows: rows.map((row) => (row.day ? { ...row, final: !open.has(row.day) } : row)),
      next,
    } satisfies v.InferOutput<typeof StatisticsAnswer>);
  },
);

api.get(
  "/timeseries",
  describe("What was counted on each day.", TimeseriesAnswer),
  query(v.strictObject(FILTER)),
  async (c) => {
    const { subject, filter } = readQuestion(c, c.req.valid("query"));
    const days = listDays(subject.from, subject.to);
    const { results, openDays } = await queryExactly<{ day: string; counter: number }>(c.env, subject, (known) => [
      selectSums(c.env.DB, known, filter, ["day"], { order: ["day", "asc"], limit: days.length }),
    ]);
    const counters = new Map(results[0]!.map(({ day, counter }) => [day, counter]));
    const open = new Set(openDays);
    return c.json({
      from: subject.from,
      to: subject.to,
      time_zone: readConfig(c.env).timeZone,
      final: open.size === 0,
      points: days.map((day) => ({ day, counter: counters.get(day) ?? 0, final: !open.has(day) })),
    } satisfies v.InferOutput<typeof TimeseriesAnswer>);
  },
);

api.get("/openapi.json", async (c, next) =>
  openAPIRouteHandler(api, {
    documentation: {
      info: { title: "Tracker", version: "1", description: "Daily counts of what visitors do." },
      servers: [{ url: `${splitPath(c.req.url).base}/api` }],
      components: { securitySchemes: { token: { type: "http", scheme: "bearer" } } },
      security: [{ token: [] }],
    },
  })(c, next),
);
