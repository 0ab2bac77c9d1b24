import { Validator } from "@cfworker/json-schema";
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { encodeBatch } from "@tracker/sdk/protocol";
import { giveToken } from "../../test/access.ts";
import { batchOf, readerRequest, request, requestWith } from "../../test/batches.ts";
import type { Env } from "../env.ts";
import { makeHeatmapToken } from "../http/guards/heatmap-token.ts";
import { ACCESS } from "../http/guards/route-access.ts";
import { OPERATIONS } from "./operations.ts";

interface Answer {
  headers?: Record<string, { required: boolean }>;
  content: Record<string, { schema: object }>;
}
interface Document {
  servers: { url: string }[];
  paths: Record<
    string,
    Record<string, { responses: Record<string, Answer>; parameters?: { name: string }[]; security: object[] }>
  >;
}

const document = await (await readerRequest("/api/openapi.json")).json<Document>();
const today = new Date().toISOString().slice(0, 10);

/** A request, and with which settings. */
interface Case {
  init?: RequestInit;
  query?: string;
  settings?: Partial<Env>;
}

const token = { authorization: `Bearer ${env.ADMIN_TOKEN}` };
const viewer = { authorization: "" };
/** Of a token that only sends. */
const counter = { authorization: "" };
const batch = (fields = {}): RequestInit => ({ body: encodeBatch(batchOf("a", fields)) });
const csv = "day,label,counter\n2020-01-01,a,1\n2020-01-01,a,many\n";
const busy = { limit: () => Promise.resolve({ success: false }) } as unknown as RateLimit;
const address = { "cf-connecting-ip": "192.0.2.1" };
const firefox = { "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0" };
const brokenDb = {
  prepare: () => {
    throw new Error("D1_ERROR: no answer");
  },
} as unknown as D1Database;
/** A database that has a thousand tokens. */
const fullDb = new Proxy(env.DB, {
  get: (target, name) =>
    name === "prepare"
      ? (sql: string) => target.prepare(sql.includes("count(*)") ? "SELECT 1000 AS count" : sql)
      : (Reflect.get(target, name) as unknown),
});
const brokenCounter = {
  getByName: () => ({
    count: () => Promise.reject(new Error("no answer")),
    readAge: () => Promise.reject(new Error("no answer")),
  }),
} as unknown as Env["DAY_COUNTER"];

/** For each operation a request that it serves. */
const RIGHT: Record<string, Case> = {
  "get /track/": { query: "?labels=a" },
  "get /track.gif": { query: "?labels=a" },
  "post /track/": { init: batch() },
  "get /get_stats/": { query: "?dom_ids=a|b", init: { headers: token } },
  "post /get_stats/": { init: { headers: token, body: `{"dom_ids":["a",["l","c"]]}` } },
  "delete /api/statistics": { query: "?label=a", init: { headers: token } },
  "post /api/import": { init: { headers: token, body: csv } },
  "post /api/annotations": { init: { headers: token, body: `{"text":"a deploy"}` } },
  "post /api/rules": { init: { headers: token, body: `{"kind":"unhealthy"}` } },
  "delete /api/rules": { query: "?id=1", init: { headers: token } },
  "delete /api/annotations": { query: "?id=1", init: { headers: token } },
  "post /api/tokens": { init: { headers: token, body: `{"name":"Ann","role":"viewer"}` } },
  "delete /api/tokens": { query: "?id=spare", init: { headers: token } },
};

/** Further requests to each, for every status that it may answer with. */
const MORE: Record<string, Case[]> = {
  "get /track/": [
    {},
    { query: "?labels=a:b:c:d" },
    { query: "?labels=a", init: { headers: { authorization: "Bearer wrong" } } },
    { query: "?labels=a", settings: { SITES: "shop.example" } },
    { query: `?labels=${"a|".repeat(1001)}` },
    { query: `?labels=${"a".repeat(70_000)}` },
  ],
  "get /track.gif": [
    {},
    { query: "?labels=a:b:c:d" },
    { query: "?labels=a", init: { headers: { authorization: "Bearer wrong" } } },
    { query: "?labels=a", init: { headers: { "sec-purpose": "prefetch" } } },
    { query: `?labels=${"a".repeat(70_000)}` },
  ],
  "post /track/": [
    { init: { body: "no JSON" } },
    { init: batch({ at: 1 }) },
    { init: { body: "x".repeat(70_000) } },
    { init: { ...batch(), headers: { "content-encoding": "gzip" } } },
    { init: { ...batch(), headers: { authorization: "Bearer wrong" } } },
    { init: { ...batch(), headers: { ...address, "user-agent": "curl/8" } } },
    { init: { body: encodeBatch({ ...batchOf("a"), pings: [{ label: "", category: "", domId: "", count: 1 }] }) } },
  ],
  "get /get_stats/": [
    { init: { headers: token } },
    { query: "?dom_ids=a&site=x", settings: { SITES: "a.example" }, init: { headers: token } },
    { query: "?dom_ids=a&site=b.example", settings: { SITES: "a.example b.example" }, init: { headers: viewer } },
  ],
  "post /get_stats/": [
    { init: { headers: token, body: "{}" } },
    { init: { headers: token, body: `{"dom_ids":["a"],"days":7,"before":true}` } },
    { init: { headers: token, body: `{"dom_ids":["a"],"days":7,"by":"day"}` } },
    { init: { headers: token, body: "[]" } },
    { init: { headers: viewer, body: `{"site":"b.example"}` }, settings: { SITES: "a.example b.example" } },
    { init: { headers: token, body: `"${"x".repeat(300_000)}"` } },
  ],
  "get /api/statistics": [
    { query: "?group=label&from=2020-01-01", init: { headers: token } },
    { query: "?from=2020-01-01", init: { headers: token } },
    { query: "?colour=red", init: { headers: token } },
  ],
  "delete /api/statistics": [
    { init: { headers: token } },
    { query: `?from=${today}&to=${today}`, init: { headers: token } },
  ],
  "get /api/timeseries": [{ query: "?from=x", init: { headers: token } }],
  "get /api/annotations": [
    { query: `?from=${today}`, init: { headers: token } },
    { query: "?from=x", init: { headers: token } },
  ],
  "post /api/annotations": [
    { init: { headers: token, body: "no JSON" } },
    { init: { headers: token, body: `{"text":""}` } },
    { init: { headers: token, body: `"${"x".repeat(70_000)}"` } },
    ...Array.from({ length: 21 }, (_, index) => ({ init: { headers: token, body: `{"text":"${index}"}` } })),
  ],
  "post /api/rules": [
    { init: { headers: token, body: "no JSON" } },
    { init: { headers: token, body: `{"kind":"moves"}` } },
    { init: { headers: token, body: `"${"x".repeat(70_000)}"` } },
    ...Array.from({ length: 21 }, () => ({ init: { headers: token, body: `{"kind":"digest"}` } })),
  ],
  "delete /api/rules": [{ init: { headers: token } }],
  "delete /api/annotations": [{ init: { headers: token } }],
  "get /api/export": [
    { query: "?format=json&from=2020-01-01", init: { headers: token } },
    { query: "?format=xml", init: { headers: token } },
  ],
  "post /api/tokens": [
    { init: { headers: token, body: "{" } },
    { init: { headers: token, body: `{"name":"Ann","role":"owner"}` } },
    { init: { headers: token, body: "x".repeat(70_000) } },
    { init: { headers: token, body: `{"name":"Ann","role":"viewer","days":30}` }, settings: { DB: fullDb } },
  ],
  "delete /api/tokens": [{ query: "?id=none", init: { headers: token } }, { init: { headers: token } }],
  "post /api/import": [{ query: "?replace=maybe", init: { headers: token, body: csv } }, { init: { headers: token } }],
};

const KEYS = OPERATIONS.map(({ method, path }) => `${method} ${path}`);

async function send(key: string, { init = {}, query = "", settings = {} }: Case): Promise<Response> {
  const [method = "", path = ""] = key.split(" ");
  return requestWith(settings, path + query, { method: method.toUpperCase(), ...init });
}

/** What is wrong with an answer, by the description. */
async function compare(key: string, response: Response): Promise<string[]> {
  const [method = "", path = ""] = key.split(" ");
  const type = (response.headers.get("content-type") ?? "").split(";")[0]!;
  const body = new TextDecoder().decode(await response.arrayBuffer());
  const described = document.paths[path]![method]!.responses[response.status];
  if (!described) return [`status ${response.status} is not described: ${body}`];
  const missing = Object.keys(described.headers ?? {}).filter((name) => !response.headers.has(name));
  if (missing.length > 0) return [`${response.status}: without ${missing.join()}`];
  const content = described.content[type];
  if (!content) return [`${response.status}: ${type} is not described`];
  const values = type.includes("ndjson") ? body.trim().split("\n") : [body];
  return values.flatMap((text) => {
    const value: unknown = type.includes("json") ? JSON.parse(text) : text;
    return new Validator(content.schema, "2020-12").validate(value).errors.map(({ error }) => `${text}: ${error}`);
  });
}

beforeEach(async () => {
  counter.authorization = `Bearer ${(await giveToken({ role: "counter" })).secret}`;
  await giveToken({ id: "spare" });
  viewer.authorization = `Bearer ${await makeHeatmapToken(env, "a.example", Date.now())}`;
});

describe("openapi.json", () => {
  it("describes each operation once, under the base path", async () => {
    const at = await requestWith({ BASE_PATH: "/t" }, "/t/api/openapi.json", { headers: token });
    expect((await at.json<Document>()).servers).toEqual([{ url: "/t" }]);
    expect(new Set(KEYS).size).toBe(KEYS.length);
    const names = document.paths["/api/statistics"]!["get"]!.parameters!.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(["from", "to", "site", "label", "group", "cursor", "limit"]));
  });

  it("has all that programs may ask, with the role that it needs", () => {
    // Pages, and what the dashboard asks for itself. GET /report does what POST does.
    const pages = /^\w+ \/(dashboard.*|login|logout|share|)$|^GET \/report$/;
    const asked = Object.keys(ACCESS).filter((route) => !pages.test(route));
    const described = KEYS.map((key) => key.replace(/^\w+/, (method) => method.toUpperCase()).replace(/\/$/, ""));
    expect(described.toSorted()).toEqual(asked.toSorted());
    const { security } = document.paths["/api/statistics"]!["delete"]!;
    expect(security).toEqual([{ token: ["admin"] }]);
    expect(document.paths["/api/statistics"]!["get"]!.security).toEqual([{ token: ["viewer"] }]);
  });

  it.each(KEYS)("describes what %s answers, in each case, and nothing else", async (key) => {
    await request("/track/?labels=a");
    const right = RIGHT[key] ?? { init: { headers: token } };
    const { authorization: _, ...headers } = { ...(right.init?.headers as Record<string, string>) };
    const stranger: Case = { ...right, init: { ...right.init, headers } };
    const limited = { ...firefox, ...address };
    const cases: Case[] = [
      right,
      stranger,
      { ...right, settings: { TIME_ZONE: "Nowhere" } },
      { ...right, settings: { DB: brokenDb, DAY_COUNTER: brokenCounter } },
      { ...right, init: { ...right.init, headers: { ...right.init?.headers, ...counter } } },
      { ...stranger, settings: { ADMIN_TOKEN: "" } },
      { ...stranger, init: { ...stranger.init, headers: { ...headers, ...limited } }, settings: { RATE_LIMIT: busy } },
      // A session is not asked for: what is refused is the other origin.
      {
        ...stranger,
        init: { ...stranger.init, headers: { ...headers, cookie: await logIn(), origin: "https://x.example" } },
      },
      ...(MORE[key] ?? []),
    ];
    const statuses = new Set<string>();
    for (const one of cases) {
      const response = await send(key, one);
      statuses.add(`${response.status}`);
      expect(await compare(key, response), JSON.stringify(one)).toEqual([]);
    }
    const [method = "", path = ""] = key.split(" ");
    expect([...statuses].toSorted()).toEqual(Object.keys(document.paths[path]![method]!.responses).toSorted());
  });
});

/** A session's cookie. */
async function logIn(): Promise<string> {
  const form = new FormData();
  form.set("token", env.ADMIN_TOKEN!);
  const response = await request("/login/", { method: "POST", body: form });
  return response.headers.get("set-cookie")!.split(";")[0]!;
}
