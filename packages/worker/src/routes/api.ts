import { listDays, type Day } from "@tracker/sdk/protocol";
import { Hono, type Context } from "hono";
import { validator } from "hono/validator";
import type * as v from "valibot";
import { urlTo } from "../http/base-path.ts";
import { readConfig } from "../config/config.ts";
import { deleteStatistics } from "../statistics/delete.ts";
import { queryExactly, type Subject } from "../statistics/read.ts";
import { selectSums } from "../d1/sums.ts";
import { readDeletion } from "../http/read-deletion.ts";
import { exportStatistics } from "./export.ts";
import { importStatistics } from "./import.ts";
import { limitBody } from "../http/limit-body.ts";
import { makeDocument } from "../http/open-api.ts";
import { parseParameters, readSelection } from "../http/parameters.ts";
import { readStatistics } from "../http/read-statistics.ts";
import { getAnnotations, postAnnotation, removeAnnotation } from "./annotations.ts";
import type { DeleteAnswer, StatisticsAnswer, TimeseriesAnswer } from "./answers.ts";
import { getRules, postRule, removeRule } from "./rules.ts";
import { OPERATIONS } from "./operations.ts";
import {
  AnnotationsQuery,
  DeleteQuery,
  ExportQuery,
  IdQuery,
  ImportQuery,
  StatisticsQuery,
  TimeseriesQuery,
  TokenQuery,
} from "./queries.ts";
import { listTokens, makeToken, revokeToken } from "./tokens.ts";
import type { AppEnv } from "../http/context.ts";

/** Reads query parameters. */
function query<Schema extends v.GenericSchema>(schema: Schema) {
  return validator("query", (parameters) => parseParameters(schema, parameters));
}

function coverage(c: Context<AppEnv>, { from, to }: Subject, openDays: readonly Day[]) {
  return { from, to, time_zone: readConfig(c.env).timeZone, final: openDays.length === 0 };
}

/** The JSON API. */
export const api = new Hono<AppEnv>();

api.get("/statistics", query(StatisticsQuery), async (c) => {
  const { subject, rows, next, openDays } = await readStatistics(c, c.req.valid("query"));
  return c.json({
    ...coverage(c, subject, openDays),
    rows: rows.map((row) => (row.day ? { ...row, final: !openDays.includes(row.day) } : row)),
    next,
  } satisfies v.InferOutput<typeof StatisticsAnswer>);
});

api.delete("/statistics", query(DeleteQuery), async (c) => {
  const deletion = await readDeletion(c, c.req.valid("query"));
  const { from, to } = deletion;
  const deleted = await deleteStatistics(c.env, deletion);
  return c.json({ from, to, deleted } satisfies v.InferOutput<typeof DeleteAnswer>);
});

api.get("/timeseries", query(TimeseriesQuery), async (c) => {
  const { subject, filter } = readSelection(c, c.req.valid("query"));
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
});

api.get("/export", query(ExportQuery), (c) => exportStatistics(c, c.req.valid("query")));

api.post("/import", query(ImportQuery), (c) =>
  importStatistics(c, c.req.valid("query").site ?? "", c.req.valid("query").replace === "true"),
);

api.get("/annotations", query(AnnotationsQuery), (c) => getAnnotations(c, c.req.valid("query")));
api.post("/annotations", limitBody, postAnnotation);
api.delete("/annotations", query(IdQuery), (c) => removeAnnotation(c, c.req.valid("query").id));

api.get("/tokens", listTokens);
api.post("/tokens", limitBody, makeToken);
api.delete("/tokens", query(TokenQuery), (c) => revokeToken(c, c.req.valid("query").id));

api.get("/rules", getRules);
api.post("/rules", limitBody, postRule);
api.delete("/rules", query(IdQuery), (c) => removeRule(c, c.req.valid("query").id));

api.get("/openapi.json", (c) => c.json(makeDocument(OPERATIONS, urlTo(c, ""))));
