import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { bearer, giveToken, sessionOf } from "../../../test/access.ts";
import { logIn, request, requestWith } from "../../../test/batches.ts";
import { deleteAccessToken } from "../../d1/access-tokens.ts";
import type { Env } from "../../env.ts";
import { digestOf, isSecret, makeSecret } from "./secret.ts";

const READ = "/api/timeseries";
const SITES = "a.example b.example";

async function statusOf(secret: string, path = READ): Promise<number> {
  return (await request(path, { headers: bearer(secret) })).status;
}

async function askAsAdmin(method: string, path: string, body?: object): Promise<Record<string, unknown>> {
  const init = { method, headers: bearer(env.ADMIN_TOKEN!), ...(body && { body: JSON.stringify(body) }) };
  return (await requestWith({ SITES }, path, init)).json();
}

describe("an access token", () => {
  it("is made by an admin, shown once, listed without it, and revoked at once", async () => {
    const made = await askAsAdmin("POST", "/api/tokens", { name: " Ann ", role: "viewer", site: "a.example", days: 7 });
    const { secret, ...listed } = made;
    expect(made).toMatchObject({ name: "Ann", role: "viewer", site: "a.example", view: null, used_on: null });
    expect(Number(made["ends_at"]) - Number(made["made_at"])).toBeCloseTo(7 * 86_400_000, -4);
    expect(isSecret(String(secret))).toBe(true);
    expect(await askAsAdmin("GET", "/api/tokens")).toEqual({ tokens: [listed] });
    expect(await statusOf(String(secret))).toBe(200);
    expect(await askAsAdmin("DELETE", `/api/tokens?id=${String(made["id"])}`)).toEqual({ revoked: made["id"] });
    expect(await statusOf(String(secret))).toBe(401);
    expect(await askAsAdmin("GET", "/api/tokens")).toEqual({ tokens: [] });
  });

  it("is in D1 as a digest alone", async () => {
    const { secret } = await giveToken({});
    const { results } = await env.DB.prepare("SELECT * FROM access_token").all();
    expect(JSON.stringify(results)).toContain(await digestOf(secret));
    expect(JSON.stringify(results)).not.toContain(secret.slice(4));
    // What is in D1 opens nothing.
    expect(await statusOf(await digestOf(secret))).toBe(401);
    expect(await statusOf(`trk_${await digestOf(secret)}`)).toBe(401);
  });

  it("is refused where it is not whole, or is another", async () => {
    const { secret } = await giveToken({});
    for (const wrong of [secret.slice(0, -1), `${secret}x`, secret.toLowerCase(), secret.slice(4), makeSecret()]) {
      expect(await statusOf(wrong)).toBe(401);
    }
    expect(await statusOf(secret)).toBe(200);
  });

  it("ends when it is to", async () => {
    const { secret } = await giveToken({ endsAt: Date.now() + 60_000 });
    expect(await statusOf(secret)).toBe(200);
    vi.setSystemTime(Date.now() + 60_001);
    const ended = await request(READ, { headers: bearer(secret) });
    expect([ended.status, (await ended.json<{ error: { code: string } }>()).error.code]).toEqual([
      401,
      "token_expired",
    ]);
    vi.useRealTimers();
  });

  it("says on which day it was used last, for one row written a day", async () => {
    const { id, secret } = await giveToken({});
    const written: number[] = [];
    const DB = new Proxy(env.DB, {
      get(target, name) {
        if (name !== "prepare") return Reflect.get(target, name) as unknown;
        return (sql: string) => {
          if (sql.startsWith("UPDATE access_token")) written.push(Date.now());
          return target.prepare(sql);
        };
      },
    });
    const use = () => requestWith({ DB }, READ, { headers: bearer(secret) });
    for (let time = 0; time < 5; time++) await use();
    expect(written).toHaveLength(1);
    const { tokens } = (await askAsAdmin("GET", "/api/tokens")) as { tokens: { id: string; used_on: string }[] };
    expect(tokens.find((token) => token.id === id)?.used_on).toBe(new Date().toISOString().slice(0, 10));
    vi.setSystemTime(Date.now() + 86_400_000);
    await use();
    await use();
    expect(written).toHaveLength(2);
    vi.useRealTimers();
  });

  it("is one guess of ten a minute where it is wrong or revoked, and none where it has ended", async () => {
    const LOGIN_LIMIT: RateLimit & { asked: number } = {
      asked: 0,
      limit: async () => ({ success: ++LOGIN_LIMIT.asked <= 10 }),
    };
    const from = { "cf-connecting-ip": "192.0.2.9" };
    const ask = async (secret: string, path = READ) =>
      (await requestWith({ LOGIN_LIMIT }, path, { headers: { ...bearer(secret), ...from } })).status;
    const [ended, right, revoked] = [await giveToken({ endsAt: 1 }), await giveToken({}), await giveToken({})];
    await deleteAccessToken(env.DB, revoked.id);
    for (let time = 0; time < 20; time++) expect(await ask(ended.secret)).toBe(401);
    expect(LOGIN_LIMIT.asked).toBe(0);
    for (let time = 0; time < 5; time++) expect(await ask(revoked.secret)).toBe(401);
    for (let time = 0; time < 5; time++) expect(await ask(makeSecret(), "/track/?labels=a")).toBe(401);
    expect(await ask(makeSecret())).toBe(429);
    // Then nobody there is told that a token is right.
    expect(await ask(right.secret)).toBe(429);
  });

  it.each([
    ["a name", { role: "viewer" }],
    ["a name that says something", { name: " ", role: "viewer" }],
    ["a role", { name: "a" }],
    ["a role that there is", { name: "a", role: "owner" }],
    ["a site of SITES", { name: "a", role: "viewer", site: "c.example" }],
    ["all sites for an admin", { name: "a", role: "admin", site: "a.example" }],
    ["whole days", { name: "a", role: "viewer", days: 0.5 }],
    ["nothing else", { name: "a", role: "viewer", view: "label" }],
  ])("needs %s", async (_, body) => {
    expect(await askAsAdmin("POST", "/api/tokens", body)).toMatchObject({ error: { code: "bad_parameter" } });
  });
});

describe("ADMIN_TOKEN", () => {
  it.each<[string, Partial<Env>]>([
    [
      "does not answer",
      {
        DB: {
          prepare: () => {
            throw new Error("no answer");
          },
        } as unknown as D1Database,
      },
    ],
  ])("works where the database %s, and other tokens say so", async (_, settings) => {
    const { secret } = await giveToken({ role: "counter" });
    const count = async (token: string) =>
      (await requestWith(settings, "/track/?labels=a", { headers: bearer(token) })).status;
    expect(await count(env.ADMIN_TOKEN!)).toBe(200);
    expect(await count(secret)).toBe(503);
  });

  it("works where the database has no tables", async () => {
    await env.DB.prepare("DROP TABLE access_token").run();
    expect(await statusOf(env.ADMIN_TOKEN!)).toBe(200);
    expect(await statusOf(makeSecret())).toBe(503);
    expect(await statusOf("wrong")).toBe(401);
  });
});

describe("a session of an access token", () => {
  const cookieOf = (response: Response): string => response.headers.get("set-cookie")!.split(";")[0]!;

  it("has its role and site, and ends with it, at once", async () => {
    const { id, secret } = await giveToken({ role: "viewer", site: "a.example" });
    const cookie = cookieOf(await logIn(secret));
    const ask = (path: string, init: RequestInit = {}) =>
      requestWith({ SITES }, path, { ...init, headers: { cookie, origin: "https://tracker.example" } });
    expect((await ask(READ)).status).toBe(200);
    expect((await ask(`${READ}?site=b.example`)).status).toBe(403);
    expect((await ask("/api/statistics?label=a", { method: "DELETE" })).status).toBe(403);
    await deleteAccessToken(env.DB, id);
    expect((await ask(READ)).status).toBe(401);
    const page = await ask("/dashboard/label?label=a");
    expect(page.headers.get("location")).toBe("/login/?to=%2Fdashboard%2Flabel%3Flabel%3Da&ended=true");
    expect(await (await request(page.headers.get("location")!)).text()).toContain("You are logged out");
  });

  it("lasts no longer than the token", async () => {
    const { secret } = await giveToken({ endsAt: Date.now() + 90_000 });
    expect((await logIn(secret)).headers.get("set-cookie")).toMatch(/Max-Age=(89|90);/);
  });

  it("is not made for who only sends, nor for a share link, nor for a token that has ended", async () => {
    for (const [fields, status] of [
      [{ role: "counter" }, 403],
      [{ view: "label?label=a" }, 403],
      [{ endsAt: 1 }, 401],
    ] as const) {
      const response = await logIn((await giveToken(fields)).secret);
      expect([response.status, response.headers.get("set-cookie")]).toEqual([status, null]);
    }
  });

  it("cannot be given another role or token, nor be shortened", async () => {
    const viewer = await giveToken({ role: "viewer" });
    const admin = await giveToken({ role: "admin" });
    const [name, token] = (await sessionOf(viewer.id)).split("=") as [string, string];
    const [head, , signature] = token.split(".");
    const claims = (sub?: string) => btoa(JSON.stringify({ site: "", sub, role: "admin", aud: "session", exp: 4e9 }));
    const forged = [claims(admin.id), claims()].map((text) => `${head}.${text.replace(/=+$/, "")}.${signature}`);
    for (const cookie of [...forged, token.slice(0, -1), token.slice(1), `${head}..${signature}`, viewer.secret]) {
      expect((await request(READ, { headers: { cookie: `${name}=${cookie}` } })).status, cookie).toBe(401);
    }
  });
});

describe("a token of one site", () => {
  const B = "b.example";

  async function ask(path: string, init: RequestInit = {}): Promise<{ status: number; text: string }> {
    await env.DB.prepare(
      "INSERT OR IGNORE INTO statistic VALUES ('a.example', '2026-01-01', 'mine', '', 'x', 7), (?, '2026-01-01', 'theirs', '', 'x', 5)",
    )
      .bind(B)
      .run();
    const { secret } = await giveToken({ site: "a.example" });
    const response = await requestWith({ SITES }, path, { ...init, headers: bearer(secret) });
    return { status: response.status, text: await response.text() };
  }
  const from = "from=2026-01-01&to=2026-01-02";

  it.each([
    `/api/statistics?${from}`,
    `/api/statistics?${from}&group=label`,
    `/api/statistics?${from}&group=site`,
    `/api/statistics?${from}&search=h`,
    `/api/export?${from}&format=json`,
    `/api/export?${from}&pages=true`,
    `/dashboard/?${from}`,
    `/dashboard/statistics?${from}`,
    `/dashboard/statistics?${from}&group=site`,
    `/dashboard/label?label=mine&with=theirs&${from}`.replace("with=theirs", ""),
    `/get_stats/?dom_ids=x&${from}`,
  ])("sees nothing of another at %s", async (path) => {
    const { status, text } = await ask(path);
    expect(status).toBe(200);
    expect(text).not.toContain("theirs");
    expect(text).not.toContain(B);
  });

  it.each([
    `/api/statistics?site=${B}`,
    `/api/statistics?site=${B}&group=label`,
    `/api/timeseries?site=${B}`,
    `/api/export?site=${B}`,
    `/dashboard/?site=${B}`,
    `/dashboard/statistics?site=${B}`,
    `/dashboard/label?label=theirs&site=${B}`,
    `/dashboard/health`,
    `/get_stats/?dom_ids=x&site=${B}`,
  ])("is refused at %s", async (path) => {
    const { status, text } = await ask(path);
    expect([status, JSON.parse(text)]).toMatchObject([403, { error: { code: "site_not_yours" } }]);
  });

  it("counts for its site alone, which it need not name", async () => {
    const { secret } = await giveToken({ role: "counter", site: "a.example" });
    const count = async (query: string) =>
      (await requestWith({ SITES }, `/track/?labels=sent&${query}`, { headers: bearer(secret) })).status;
    expect([await count(""), await count("site=a.example"), await count(`site=${B}`)]).toEqual([200, 200, 403]);
    const init = { headers: bearer(env.ADMIN_TOKEN!) };
    const rows = await (await requestWith({ SITES }, "/api/statistics?group=site", init)).json();
    expect(rows).toMatchObject({ rows: [{ site: "a.example", counter: 2 }] });
  });
});
