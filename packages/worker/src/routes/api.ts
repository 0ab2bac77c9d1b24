import { listDays, type Day } from "@tracker/sdk/protocol";
import { Hono, type Context } from "hono";
import { describeRoute, openAPIRouteHandler, resolver, validator } from "hono-openapi";
import * as v from "valibot";
import { requireSameOrigin } from "../http/guards/readers.ts";
import { urlTo } from "../http/base-path.ts";
import { readConfig } from "../config/config.ts";
import { deleteStatistics } from "../statistics/delete.ts";
import { queryExactly, type Subject } from "../statistics/read.ts";
import { refuse, refuseMethod } from "../http/refuse.ts";
import { selectSums } from "../d1/sums.ts";
import { readDeletion } from "../http/read-deletion.ts";
import { exportStatistics } from "./export.ts";
import { importStatistics } from "./import.ts";
import { FILTER, readQuestion } from "../http/parameters.ts";
import { readStatistics, StatisticsQuery } from "../http/read-statistics.ts";
import type { AppEnv } from "../http/context.ts";

const counter = v.pipe(v.number(), v.integer());
const final = v.pipe(v.boolean(), v.description("false while the counts may still grow"));
const covered = {
  from: v.string(),
  to: v.string(),
  time_zone: v.pipe(v.string(), v.description("whose midnight ends a day")),
  final,
};
const failure = v.object({ error: v.object({ code: v.string(), message: v.string() }), now: v.number() });

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

const DeleteAnswer = v.object({
  from: v.string(),
  to: v.pipe(v.string(), v.description("the last closed day, where no other was asked for")),
  deleted: v.pipe(v.number(), v.integer(), v.description("rows")),
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

function coverage(c: Context<AppEnv>, { from, to }: Subject, openDays: readonly Day[]) {
  return { from, to, time_zone: readConfig(c.env).timeZone, final: openDays.length === 0 };
}

/** The JSON API, for whoever may read. */
export const api = new Hono<AppEnv>();

api.get(
  "/statistics",
  describe("Rows, or sums of them, flushed or not.", StatisticsAnswer),
  query(v.strictObject(StatisticsQuery.entries)),
  async (c) => {
    const { subject, rows, next, openDays } = await readStatistics(c, c.req.valid("query"));
    return c.json({
      ...coverage(c, subject, openDays),
      rows: rows.map((row) => (row.day ? { ...row, final: !openDays.includes(row.day) } : row)),
      next,
    } satisfies v.InferOutput<typeof StatisticsAnswer>);
  },
);

api.delete(
  "/statistics",
  describe("Deletes a label, or all of a range of days, as far as the days are closed.", DeleteAnswer),
  query(v.strictObject({ from: FILTER.from, to: FILTER.to, site: FILTER.site, label: FILTER.label })),
  requireSameOrigin,
  async (c) => {
    const deletion = await readDeletion(c, c.req.valid("query"));
    if (!deletion.ok) return refuse(c, deletion.code, deletion.message);
    const { from, to } = deletion.value;
    return c.json({ from, to, deleted: await deleteStatistics(c.env, deletion.value) });
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
      ...coverage(c, subject, openDays),
      points: days.map((day) => ({ day, counter: counters.get(day) ?? 0, final: !open.has(day) })),
    } satisfies v.InferOutput<typeof TimeseriesAnswer>);
  },
);

api.get(
  "/export",
  describeRoute({
    summary: "All rows of a filter, as they are read.",
    responses: { 200: { description: "a file", content: { "text/csv": {}, "application/json": {} } } },
  }),
  query(v.strictObject({ ...FILTER, format: v.optional(v.picklist(["csv", "json"]), "csv") })),
  (c) => exportStatistics(c, c.req.valid("query")),
);

api.post(
  "/import",
  describeRoute({
    summary: "Sets counters of closed days from a CSV; answers a JSON line for each wrong line and for its progress.",
    requestBody: { content: { "text/csv": {} } },
    responses: { 200: { description: "progress", content: { "application/x-ndjson": {} } } },
  }),
  query(v.strictObject({ site: FILTER.site, replace: v.optional(v.picklist(["true", "false"]), "false") })),
  requireSameOrigin,
  (c) => importStatistics(c, c.req.valid("query").site ?? "", c.req.valid("query").replace === "true"),
);

api.get("/openapi.json", async (c, next) =>
  openAPIRouteHandler(api, {
    documentation: {
      info: { title: "Tracker", version: "1", description: "Daily counts of what visitors do." },
      servers: [{ url: urlTo(c, "/api") }],
      components: { securitySchemes: { token: { type: "http", scheme: "bearer" } } },
      security: [{ token: [] }],
    },
  })(c, next),
);

api.all("/statistics", refuseMethod("GET, DELETE"));
api.all("/import", refuseMethod("POST"));
for (const path of ["/timeseries", "/export", "/openapi.json"]) api.all(path, refuseMethod("GET"));
