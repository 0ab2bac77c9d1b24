/** What programs may ask of the Worker, for `/api/openapi.json`. A test holds each entry to the real answers. */
import { schemaOf, type Operation } from "../http/open-api.ts";
import type { RefusalCode } from "../http/refuse.ts";
import { RuleRequest } from "../http/read-rule.ts";
import { AnnotationRequest } from "../http/read-annotation.ts";
import { NewToken } from "../http/give-access.ts";
import {
  AnnotationAnswer,
  AnnotationsAnswer,
  DeleteAnswer,
  DeletedAnswer,
  MadeTokenAnswer,
  RevokedAnswer,
  RuleAnswer,
  RulesAnswer,
  StatisticsAnswer,
  TimeseriesAnswer,
  TokensAnswer,
} from "./answers.ts";
import { batch, trackAnswer, statRows, health, importLine } from "./plain-schemas.ts";
import {
  AnnotationsQuery,
  DeleteQuery,
  ExportQuery,
  IdQuery,
  ImportQuery,
  StatisticsQuery,
  StatsQuery,
  StatsRequest,
  TimeseriesQuery,
  TokenQuery,
  TrackQuery,
} from "./queries.ts";

const string = { type: "string" };

const ANYWHERE: RefusalCode[] = ["bad_setting"];
const FROM_DATABASE: RefusalCode[] = [...ANYWHERE, "no_tables", "unavailable"];
const TO_READERS: RefusalCode[] = [
  ...FROM_DATABASE,
  "rate_limited",
  "unauthorized",
  "token_expired",
  "token_not_set",
  "forbidden",
  "site_not_yours",
  "bad_parameter",
];
const TO_ADMINS: RefusalCode[] = TO_READERS.filter((code) => code !== "site_not_yours");
const FROM_SENDERS: RefusalCode[] = [
  ...ANYWHERE,
  "unavailable",
  "no_tables",
  "unauthorized",
  "token_expired",
  "forbidden",
  "bot",
  "prefetch",
  "embedded",
  "site_unknown",
  "site_not_yours",
  "rate_limited",
  "too_many_pings",
  "body_too_large",
];

export const OPERATIONS: readonly Operation[] = [
  {
    method: "get",
    path: "/track/",
    summary: "Counts each ping of a labels string. Each request that arrives counts.",
    query: TrackQuery,
    answer: { "text/plain": string },
    other: { status: 400, description: "no ping is right", type: "text/plain", schema: string },
    refusals: FROM_SENDERS,
  },
  {
    method: "get",
    path: "/track.gif",
    summary: "The same as an image, for pages without scripts.",
    query: TrackQuery,
    answer: { "image/gif": {}, "text/plain": string },
    other: { status: 400, description: "no ping is right", type: "text/plain", schema: string },
    refusals: FROM_SENDERS,
  },
  {
    method: "post",
    path: "/track/",
    summary: "Counts a batch once, however often it is sent.",
    body: { type: "application/json", schema: batch },
    answer: { "application/json": trackAnswer },
    refusals: [
      ...FROM_SENDERS,
      ...(["bad_json", "bad_version", "bad_id", "bad_at", "bad_site", "bad_page", "no_pings"] as const),
      ...(["clock_ahead", "too_old", "encoding_unsupported"] as const),
    ],
  },
  {
    method: "get",
    path: "/get_stats/",
    summary: "Counts of DOM ids, by label, in the order asked for.",
    query: StatsQuery,
    answer: { "application/json": statRows(3) },
    refusals: TO_READERS,
  },
  {
    method: "post",
    path: "/get_stats/",
    summary:
      "The same for more than a URL holds; also actions without a DOM id, the days before, each day of one action, and the DOM ids that are " +
      "counted most.",
    body: { type: "application/json", schema: schemaOf(StatsRequest) },
    answer: { "application/json": statRows(5) },
    refusals: [...TO_READERS, "bad_json", "body_too_large"],
  },
  {
    method: "post",
    path: "/report/",
    summary: "Moves what was counted into the database now.",
    answer: { "text/plain": { const: "ok" } },
    refusals: [...TO_ADMINS.filter((code) => code !== "bad_parameter"), "cross_origin"],
  },
  {
    method: "get",
    path: "/healthz",
    summary: "How the tracker is.",
    answer: { "application/json": health },
    other: { status: 503, description: "something does not work", type: "application/json", schema: health },
    refusals: [...ANYWHERE, "rate_limited"],
  },
  {
    method: "get",
    path: "/metrics",
    summary: "How the tracker is, in Prometheus' text format.",
    answer: { "text/plain": string },
    refusals: TO_READERS.filter((code) => code !== "bad_parameter" && code !== "site_not_yours"),
  },
  {
    method: "get",
    path: "/api/statistics",
    summary: "Rows, or sums of them, flushed or not.",
    query: StatisticsQuery,
    answer: { "application/json": schemaOf(StatisticsAnswer) },
    refusals: TO_READERS,
  },
  {
    method: "delete",
    path: "/api/statistics",
    summary: "Deletes a label, or all of a range of days. All of the days must be closed.",
    query: DeleteQuery,
    answer: { "application/json": schemaOf(DeleteAnswer) },
    refusals: [...TO_ADMINS, "cross_origin", "day_open"],
  },
  {
    method: "get",
    path: "/api/timeseries",
    summary: "What was counted on each day.",
    query: TimeseriesQuery,
    answer: { "application/json": schemaOf(TimeseriesAnswer) },
    refusals: TO_READERS,
  },
  {
    method: "get",
    path: "/api/export",
    summary: "All rows of a filter, as they are read.",
    query: ExportQuery,
    answer: {
      "text/csv": string,
      "application/json": { type: "array", items: { type: "object", required: ["day", "label", "counter"] } },
    },
    refusals: TO_READERS,
  },
  {
    method: "post",
    path: "/api/import",
    summary: `Sets counters of closed days from a CSV. Answers a line of JSON for each wrong line and each step.`,
    query: ImportQuery,
    body: { type: "text/csv", schema: string },
    answer: { "application/x-ndjson": importLine },
    refusals: [...TO_ADMINS, "cross_origin"],
  },
  {
    method: "get",
    path: "/api/tokens",
    summary: "All access tokens and share links, without their secrets.",
    answer: { "application/json": schemaOf(TokensAnswer) },
    refusals: TO_ADMINS.filter((code) => code !== "bad_parameter"),
  },
  {
    method: "post",
    path: "/api/tokens",
    summary: "Makes an access token. The answer alone has its secret.",
    body: { type: "application/json", schema: schemaOf(NewToken) },
    answer: { "application/json": schemaOf(MadeTokenAnswer) },
    refusals: [...TO_ADMINS, "cross_origin", "bad_json", "body_too_large", "limit_reached"],
  },
  {
    method: "delete",
    path: "/api/tokens",
    summary: "Revokes an access token or a share link, at once.",
    query: TokenQuery,
    answer: { "application/json": schemaOf(RevokedAnswer) },
    refusals: [...TO_ADMINS, "cross_origin", "not_found"],
  },
  {
    method: "get",
    path: "/api/annotations",
    summary: "What happened on some days, the latest first, 500 at the most.",
    query: AnnotationsQuery,
    answer: { "application/json": schemaOf(AnnotationsAnswer) },
    refusals: TO_READERS,
  },
  {
    method: "post",
    path: "/api/annotations",
    summary: "Notes what happened on a day, for the charts. Sent twice, it is there once.",
    body: { type: "application/json", schema: schemaOf(AnnotationRequest) },
    answer: { "application/json": schemaOf(AnnotationAnswer) },
    refusals: [...TO_ADMINS, "cross_origin", "bad_json", "limit_reached", "body_too_large"],
  },
  {
    method: "delete",
    path: "/api/annotations",
    summary: "Deletes an annotation.",
    query: IdQuery,
    answer: { "application/json": schemaOf(DeletedAnswer) },
    refusals: [...TO_ADMINS, "cross_origin"],
  },
  {
    method: "get",
    path: "/api/rules",
    summary: "What the hourly cron watches.",
    answer: { "application/json": schemaOf(RulesAnswer) },
    refusals: TO_ADMINS.filter((code) => code !== "bad_parameter"),
  },
  {
    method: "post",
    path: "/api/rules",
    summary: "Makes a rule. When it becomes true, the webhook is told.",
    body: { type: "application/json", schema: schemaOf(RuleRequest) },
    answer: { "application/json": schemaOf(RuleAnswer) },
    refusals: [...TO_ADMINS, "cross_origin", "bad_json", "limit_reached", "body_too_large"],
  },
  {
    method: "delete",
    path: "/api/rules",
    summary: "Deletes a rule.",
    query: IdQuery,
    answer: { "application/json": schemaOf(DeletedAnswer) },
    refusals: [...TO_ADMINS, "cross_origin"],
  },
  {
    method: "get",
    path: "/api/openapi.json",
    summary: "This document.",
    answer: { "application/json": { type: "object", required: ["openapi", "paths"] } },
    refusals: TO_READERS.filter((code) => !["bad_parameter", "site_not_yours"].includes(code)),
  },
];
