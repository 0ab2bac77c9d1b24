import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { bearer, giveToken, sessionOf } from "../../../test/access.ts";
import { requestWith } from "../../../test/batches.ts";
import { app } from "../../app.ts";
import { deleteAccessToken } from "../../d1/access-tokens.ts";
import type { Caller } from "../../model/access-token.ts";
import { ACCESS, expectListed } from "./route-access.ts";

const SITES = "a.example b.example";
const A = "site=a.example";
const form = (fields: Record<string, string>) => new URLSearchParams(fields);

/** Who may use a route, said a second time by hand; with a request about the site a.example, and what it is answered where it may. */
interface Row {
  who: (typeof ACCESS)[string]["who"];
  ok: number;
  query?: string;
  body?: BodyInit;
  /** Whether a token of the site b.example may use it, too. */
  everySite?: true;
}

const ROWS: Record<string, Row> = {
  "GET /track": { who: "sender", ok: 200, query: `labels=a&${A}` },
  "POST /track": { who: "sender", ok: 400, body: "{}", everySite: true },
  "GET /track.gif": { who: "sender", ok: 200, query: `labels=a&${A}` },
  "GET /get_stats": { who: "stats", ok: 200, query: `dom_ids=a&${A}` },
  "POST /get_stats": { who: "stats", ok: 200, body: `{"dom_ids":["a"],"site":"a.example"}` },
  "GET /healthz": { who: "anyone", ok: 200 },
  "GET /metrics": { who: "viewer", ok: 200 },
  "GET /report": { who: "admin", ok: 200 },
  "POST /report": { who: "admin", ok: 200 },
  "GET /api/statistics": { who: "viewer", ok: 200, query: A },
  "DELETE /api/statistics": { who: "admin", ok: 200, query: `label=a&${A}` },
  "GET /api/timeseries": { who: "viewer", ok: 200, query: A },
  "GET /api/export": { who: "viewer", ok: 200, query: A },
  "POST /api/import": { who: "admin", ok: 200, query: A, body: "day,label,counter\n2020-01-01,new,1\n" },
  "GET /api/annotations": { who: "viewer", ok: 200, query: A },
  "POST /api/annotations": { who: "admin", ok: 200, body: `{"text":"a deploy"}` },
  "DELETE /api/annotations": { who: "admin", ok: 200, query: "id=1" },
  "GET /api/rules": { who: "admin", ok: 200 },
  "POST /api/rules": { who: "admin", ok: 200, body: `{"kind":"digest"}` },
  "DELETE /api/rules": { who: "admin", ok: 200, query: "id=1" },
  "GET /api/tokens": { who: "admin", ok: 200 },
  "POST /api/tokens": { who: "admin", ok: 200, body: `{"name":"mine","role":"viewer"}` },
  "DELETE /api/tokens": { who: "admin", ok: 404, query: "id=none" },
  "GET /api/openapi.json": { who: "viewer", ok: 200, everySite: true },
  "GET /login": { who: "anyone", ok: 200 },
  "POST /login": { who: "anyone", ok: 401, body: form({ token: "wrong" }) },
  "POST /logout": { who: "anyone", ok: 303 },
  "GET /dashboard": { who: "viewer", ok: 200, query: A },
  "GET /dashboard/pages": { who: "viewer", ok: 200, query: A },
  "GET /dashboard/page": { who: "viewer", ok: 200, query: `page=/a&${A}` },
  "GET /dashboard/today": { who: "viewer", ok: 200, query: A },
  "GET /dashboard/statistics": { who: "viewer", ok: 200, query: A },
  "GET /dashboard/labels": { who: "viewer", ok: 200, query: A },
  "GET /dashboard/label": { who: "viewer", ok: 200, query: `label=a&${A}` },
  "GET /dashboard/api": { who: "viewer", ok: 200, query: A, everySite: true },
  "GET /dashboard/heatmaps": { who: "viewer", ok: 200, query: A },
  "POST /dashboard/heatmap": { who: "viewer", ok: 200, body: form({ url: "a.example/pricing" }) },
  "GET /dashboard/opened": {
    who: "viewer",
    ok: 200,
    query: "id=8dd1b8f4-6ac2-4ab7-b0a4-ae57d5ab2c48",
    everySite: true,
  },
  "GET /dashboard/settings": { who: "admin", ok: 200 },
  "GET /share": { who: "anyone", ok: 200 },
  "POST /share": { who: "anyone", ok: 401, body: form({ token: "wrong" }) },
  "POST /dashboard/share": { who: "admin", ok: 200, body: form({ view: `label?label=a&${A}`, hours: "1" }) },
  "GET /dashboard/access": { who: "admin", ok: 200 },
  "POST /dashboard/access": { who: "admin", ok: 200, body: form({ name: "mine", role: "viewer" }) },
  "GET /dashboard/rules": { who: "admin", ok: 200 },
  "POST /dashboard/rules": { who: "admin", ok: 303, body: form({ kind: "digest" }) },
  "GET /dashboard/annotations": { who: "admin", ok: 200 },
  "POST /dashboard/annotations": { who: "admin", ok: 303, body: form({ text: "a deploy" }) },
  "GET /dashboard/delete": { who: "admin", ok: 200, query: `label=a&${A}` },
  "POST /dashboard/delete": { who: "admin", ok: 200, body: form({ label: "a" }) },
  "GET /dashboard/import": { who: "admin", ok: 200 },
  "POST /dashboard/import": { who: "admin", ok: 400, body: form({ replace: "true" }) },
  "GET /dashboard/latest": { who: "viewer", ok: 200 },
  "GET /dashboard/health": { who: "viewer", ok: 200 },
  "GET /dashboard/flush": { who: "admin", ok: 302 },
  "POST /dashboard/flush": { who: "admin", ok: 200 },
  "GET /": { who: "anyone", ok: 302 },
};

/** Who asks. `other`: of the site b.example. */
const CALLERS = {
  nobody: undefined,
  viewer: { role: "viewer" },
  "other viewer": { role: "viewer", site: "b.example" },
  "share link": { role: "viewer", site: "a.example", view: "label?label=z" },
  "heat map link": { role: "viewer", site: "a.example", view: "heatmap?url=a.example%2F" },
  counter: { role: "counter" },
  "other counter": { role: "counter", site: "b.example" },
  admin: { role: "admin" },
  revoked: { role: "admin" },
  ended: { role: "admin", endsAt: 1 },
} satisfies Record<string, Partial<Caller> | undefined>;

type Who = keyof typeof CALLERS;

const isPage = (route: string): boolean => / \/dashboard/.test(route);

/** The status that a caller is to get. */
function expectStatus(route: string, caller: Who, hasCookie: boolean): number {
  const { who, ok, everySite } = ROWS[route]!;
  // A page that sends pings has a visitor's right, whatever cookie is with it.
  if (who === "anyone" || (who === "sender" && (hasCookie || caller === "nobody"))) return ok;
  if (["nobody", "revoked", "ended"].includes(caller)) {
    const hasBearer = !hasCookie && caller !== "nobody";
    return isPage(route) && !hasBearer ? 303 : 401;
  }
  const may: Record<typeof who, readonly Who[]> = {
    sender: ["counter", "admin", ...(everySite ? (["other counter"] as const) : [])],
    stats: ["viewer", "heat map link", "admin"],
    viewer: ["viewer", "admin", ...(everySite ? (["other viewer"] as const) : [])],
    admin: ["admin"],
  };
  return may[who].includes(caller) ? ok : 403;
}

const tokens = new Map<Who, { id: string; secret: string }>();

beforeEach(async () => {
  vi.spyOn(globalThis, "fetch").mockImplementation(async () => new Response("a page"));
  const values = "('a.example', '2020-01-01', 'a', '', 'a', 7), ('b.example', '2020-01-01', 'b', '', 'b', 5)";
  await env.DB.prepare(`INSERT INTO statistic VALUES ${values}`).run();
  for (const [who, caller] of Object.entries(CALLERS)) {
    if (caller) tokens.set(who as Who, await giveToken(caller));
  }
  await deleteAccessToken(env.DB, tokens.get("revoked")!.id);
});
afterEach(() => void vi.restoreAllMocks());

async function ask(route: string, caller: Who, hasCookie: boolean): Promise<number> {
  const [method = "", path = ""] = route.split(" ");
  const { query, body, who } = ROWS[route]!;
  const { id, secret } = tokens.get(caller) ?? {};
  const headers = {
    origin: who === "sender" ? "https://a.example" : "https://tracker.example",
    ...(id && hasCookie && { cookie: await sessionOf(id) }),
    ...(secret && !hasCookie && bearer(secret)),
  };
  const slash = /^\/(dashboard|track|report|get_stats|login|logout|share)$/.test(path) ? "/" : "";
  const url = `${path}${slash}${query ? `?${query}` : ""}`;
  const response = await requestWith({ SITES }, url, { method, headers, ...(body && { body }) });
  await response.arrayBuffer();
  return response.status;
}

async function readTables(): Promise<unknown[]> {
  const tables = [
    "SELECT * FROM statistic",
    "SELECT * FROM annotation",
    "SELECT id, digest, name, role, site, view, ends_at FROM access_token",
  ];
  const answers = await env.DB.batch(tables.map((table) => env.DB.prepare(`${table} ORDER BY 1, 2`)));
  return answers.map(({ results }) => results);
}

describe("who may use which route", () => {
  it("is said of every route: add a line to ROWS where this fails", () => {
    expect(Object.keys(ROWS).toSorted()).toEqual(Object.keys(ACCESS).toSorted());
    const listed = app.routes.filter(({ method }) => !["ALL", "OPTIONS"].includes(method));
    const paths = listed.map(({ method, path }) => `${method} ${path.replace(/(.)\/$/, "$1")}`);
    expect([...new Set(paths)].toSorted()).toEqual(Object.keys(ACCESS).toSorted());
  });

  it("is asked for as the Worker starts: a route that is not listed stops it", () => {
    expect(() => expectListed([{ method: "GET", path: "/api/secrets" }])).toThrow("GET /api/secrets is in no line");
  });

  it.each(Object.keys(ROWS))("holds for %s, whoever asks, by token and by session", async (route) => {
    expect(ACCESS[route]!.who).toBe(ROWS[route]!.who);
    const got: Record<string, number> = {};
    const expected: Record<string, number> = {};
    for (const caller of Object.keys(CALLERS) as Who[]) {
      for (const hasCookie of [false, true]) {
        const name = `${caller} by ${hasCookie ? "session" : "token"}`;
        got[name] = await ask(route, caller, hasCookie);
        expected[name] = expectStatus(route, caller, hasCookie);
      }
    }
    expect(got).toEqual(expected);
  });

  it.each(["viewer", "other viewer", "share link", "heat map link", "counter", "nobody"] as const)(
    "lets no %s change anything",
    async (who) => {
      const before = await readTables();
      for (const route of Object.keys(ROWS)) {
        await ask(route, who, false);
        await ask(route, who, true);
      }
      expect(await readTables()).toEqual(before);
    },
  );

  it("changes state by a cookie from the Worker's own pages alone", async () => {
    const cookie = await sessionOf(tokens.get("admin")!.id);
    const changing = Object.entries(ACCESS).filter(([, { changes }]) => changes);
    const others = Object.keys(ACCESS).filter((route) => !route.startsWith("GET") && !ACCESS[route]!.changes);
    // Pings and heat maps come from other pages; a login and a share link have no cookie yet.
    expect(others).toEqual(["POST /track", "POST /get_stats", "POST /login", "POST /share"]);
    for (const [route] of changing) {
      const [method = "", path = ""] = route.split(" ");
      const headers = { cookie, origin: "https://evil.example", "sec-fetch-site": "cross-site" };
      const response = await requestWith({ SITES }, `${path}?${ROWS[route]!.query ?? ""}`, { method, headers });
      expect([route, response.status]).toEqual([route, 403]);
    }
  });
});
