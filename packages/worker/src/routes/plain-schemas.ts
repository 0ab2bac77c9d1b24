/** JSON schemas of what the Worker reads and writes by hand. What it checks by a schema is described by that one. */
import {
  BATCH_MAX_PINGS,
  CATEGORY_MAX_CHARS,
  DOM_ID_MAX_CHARS,
  PAGE_MAX_CHARS,
  LABEL_MAX_CHARS,
  PING_MAX_COUNT,
} from "@tracker/sdk/protocol";
import type { JsonSchema } from "../http/open-api.ts";
import { PROBLEM_CODES } from "../model/problems.ts";

const string = { type: "string" };
const count = { type: "integer", minimum: 1, maximum: PING_MAX_COUNT };

export const batch: JsonSchema = {
  type: "object",
  properties: {
    v: { const: 1 },
    id: { ...string, pattern: "^[\\w-]{22}$", description: "random; the same for every try of this batch" },
    at: { type: "integer", description: "ms since 1970 when it was sealed; the same for every try" },
    site: { ...string, description: "a hostname, with the token" },
    page: { ...string, minLength: 1, maxLength: PAGE_MAX_CHARS, description: "the page that all of it happened on" },
    pings: {
      type: "array",
      minItems: 1,
      maxItems: BATCH_MAX_PINGS,
      items: {
        type: "array",
        description: "label, category, DOM id, count; what is left out at the end is empty, and the count 1",
        prefixItems: [
          { ...string, minLength: 1, maxLength: LABEL_MAX_CHARS },
          { ...string, maxLength: CATEGORY_MAX_CHARS },
          { ...string, maxLength: DOM_ID_MAX_CHARS },
          count,
        ],
        minItems: 1,
        items: false,
      },
    },
  },
  required: ["v", "id", "at", "pings"],
};

export const trackAnswer: JsonSchema = {
  type: "object",
  properties: {
    accepted: { type: "integer", description: "how many actions this batch stands for in the counts" },
    duplicate: { type: "boolean", description: "true if it had been counted before" },
    rejected: {
      type: "array",
      items: {
        type: "object",
        properties: { index: { type: "integer" }, code: string, message: string },
        required: ["index", "code", "message"],
      },
    },
    now: { type: "integer" },
  },
  required: ["accepted", "duplicate", "rejected", "now"],
};

/** Rows of `/get_stats/`: a DOM id or a day, its count, and of these as many as `max`: a label, a category, the count before. */
export const statRows = (max: number): JsonSchema => ({
  type: "array",
  items: {
    type: "array",
    prefixItems: [string, { type: "integer" }, string, string, { type: "integer" }].slice(0, max),
    minItems: 2,
    items: false,
  },
});

export const health: JsonSchema = {
  type: "object",
  properties: {
    ok: { type: "boolean" },
    problems: {
      type: "array",
      items: {
        type: "object",
        properties: { code: { enum: PROBLEM_CODES }, message: string },
        required: ["code", "message"],
      },
    },
    database: { type: "boolean", description: "whether it answers" },
    silent: { type: "array", items: string, description: "days and shards that do not answer" },
    oldest_unflushed_seconds: { type: "integer", description: "the age of the oldest count that it lacks" },
    now: { type: "integer" },
  },
  required: ["ok", "problems", "database", "silent", "now"],
};

export const importLine: JsonSchema = {
  anyOf: [
    {
      type: "object",
      description: "a line that was left out, or the first of a day that was",
      properties: { line: { type: "integer" }, code: string, message: string },
      required: ["line", "code", "message"],
    },
    {
      type: "object",
      description: "how far the import is; the last line says what became of the whole",
      properties: Object.fromEntries(
        ["rows", "changed", "wrong", "deleted"].map((name) => [name, { type: "integer", minimum: 0 }]),
      ),
      required: ["rows", "changed", "wrong", "deleted"],
    },
  ],
};
