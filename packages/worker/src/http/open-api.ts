/** Turns a list of operations into an OpenAPI document, by the schemas that the routes check with. */
import { toJsonSchema } from "@valibot/to-json-schema";
import type * as v from "valibot";
import { findAccess } from "./guards/route-access.ts";
import { REFUSALS, type RefusalCode } from "./refuse.ts";

export type JsonSchema = Record<string, unknown>;

/** A request that programs may send. */
export interface Operation {
  method: "get" | "post" | "delete";
  path: string;
  summary: string;
  query?: { entries: v.ObjectEntries };
  /** The body's content type and schema. */
  body?: { type: string; schema: JsonSchema };
  /** What status 200 brings: a schema for each content type. */
  answer: Record<string, JsonSchema>;
  /** An answer that is neither 200 nor a refusal. */
  other?: { status: number; description: string; type: string; schema: JsonSchema };
  /** Why it may be refused. */
  refusals: readonly RefusalCode[];
}

/** Who may ask, in words. */
const WHO = {
  anyone: "none",
  sender: "none for a visitor's pings; counter for a server's",
  stats: "viewer, or none where PUBLIC_STATS is set; heat maps have tokens of their own",
  viewer: "viewer",
  admin: "admin",
};

/** Who may send an operation, in words. */
export function describeWho(method: string, path: string): string {
  return WHO[findAccess(method.toUpperCase(), path.replace(/\/$/, ""))!.who];
}

/** What comes with an answer to who asked too often. */
const LIMIT_HEADERS = {
  "Retry-After": { required: true, schema: { type: "integer", description: "seconds" } },
  RateLimit: { required: true, schema: { type: "string", examples: ['"read";r=0;t=60'] } },
  "RateLimit-Policy": { required: true, schema: { type: "string", examples: ['"read";q=1000;w=60'] } },
};

/** The JSON Schema of what a valibot schema gives out. */
export function schemaOf(schema: v.GenericSchema): JsonSchema {
  const { $schema: _, ...json } = toJsonSchema(schema, {
    target: "draft-2020-12",
    typeMode: "output",
    // Checks by a function have no JSON Schema; the description says what they check.
    errorMode: "ignore",
  });
  return json;
}

/** @param base The path that the Worker is mounted under, or `""`. */
export function makeDocument(operations: readonly Operation[], base: string): JsonSchema {
  const paths: Record<string, Record<string, JsonSchema>> = {};
  for (const operation of operations) (paths[operation.path] ??= {})[operation.method] = describe(operation);
  return {
    openapi: "3.1.0",
    info: { title: "Tracker", version: "1", description: "Exact, anonymous counts of what visitors do." },
    servers: [{ url: base || "/" }],
    paths,
    components: { securitySchemes: { token: { type: "http", scheme: "bearer" } } },
  };
}

function describe({ method, path, summary, query, body, answer, other, refusals }: Operation): JsonSchema {
  const { who } = findAccess(method.toUpperCase(), path.replace(/\/$/, ""))!;
  const answers = [{ status: 200, description: "OK", content: describeContent(answer) }, ...describeRefusals(refusals)];
  if (other) answers.push({ ...other, content: describeContent({ [other.type]: other.schema }) });
  const responses: Record<number, JsonSchema> = {};
  for (const [status, those] of Map.groupBy(answers, (one) => one.status)) {
    responses[status] = {
      description: those.map(({ description }) => description).join(", "),
      ...(status === 429 && { headers: LIMIT_HEADERS }),
      content: Object.assign({}, ...those.map(({ content }) => content)) as JsonSchema,
    };
  }
  return {
    summary,
    description: `Role: ${describeWho(method, path)}.`,
    // Whoever needs no token is told more with one.
    security: who === "viewer" || who === "admin" ? [{ token: [who] }] : [{}, { token: [] }],
    ...(query && { parameters: Object.entries(query.entries).map(describeParameter) }),
    ...(body && { requestBody: { required: true, content: describeContent({ [body.type]: body.schema }) } }),
    responses,
  };
}

function describeContent(schemas: Record<string, JsonSchema>): JsonSchema {
  return Object.fromEntries(Object.entries(schemas).map(([type, schema]) => [type, { schema }]));
}

function describeParameter([name, entry]: [string, v.ObjectEntries[string]]): JsonSchema {
  const { description, ...schema } = schemaOf(entry);
  const required = entry.type !== "optional";
  return { name, in: "query", required, ...(description !== undefined && { description }), schema };
}

/** One answer for each status, with the codes that it may have. */
function describeRefusals(refusals: readonly RefusalCode[]) {
  return [...Map.groupBy(new Set(refusals), (code) => REFUSALS[code])].map(([status, codes]) => ({
    status: status as number,
    description: codes.join(", "),
    content: describeContent({ "application/json": errorSchema(codes) }),
  }));
}

function errorSchema(codes: readonly RefusalCode[]): JsonSchema {
  return {
    type: "object",
    properties: {
      error: {
        type: "object",
        properties: { code: { enum: codes }, message: { type: "string" } },
        required: ["code", "message"],
      },
      now: { type: "integer", description: "the server's clock, ms since 1970" },
    },
    required: ["error", "now"],
  };
}
