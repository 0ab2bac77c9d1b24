import { encodeBatch } from "@tracker/sdk/protocol";
import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { app } from "./app.ts";
import { makeHeatmapToken } from "./http/guards/heatmap-token.ts";
import { batchOf, logIn, readerRequest, readStatistic, request, requestWith } from "../test/batches.ts";
import type { Env } from "./env.ts";

async function post(body: string): Promise<{ status: number; answer: Record<string, unknown> }> {
  const response = await request("/track/", { method: "POST", body });
  return { status: response.status, answer: await response.json() };
}

async function domIds(query: string): Promise<unknown> {
  return (await readerRequest(`/get_stats/?${query}`)).json();
}

describe("GET /track/", () => {
  it.each(["/track/", "/track"])("counts labels at %s", async (path) => {
    const response = await request(`${path}?labels=a|b:c:d|`);
    expect(await response.text()).toBe("ok");
    expect(response.headers.get("content-type")).toMatch("text/plain");
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(response.headers.get("access-control-allow-origin")).toBe("*");
    expect(await domIds("dom_ids=d")).toEqual([["d", 1, "b"]]);
  });

  it("answers the syntax when there are no labels", async () => {
    const response = await request("/track/");
    expect(response.status).toBe(200);
    expect(await response.text()).toMatch("label:category:domId|label2");
  });

  it("counts the right labels and names the wrong one", async () => {
    const response = await request("/track/?labels=a::x|b:c:d:e");
    expect(await response.text()).toMatch(/^ok\nping 1: .*\(too_many_parts\)/);
    expect(await domIds("dom_ids=x")).toEqual([["x", 1, "a"]]);
  });

  it("does not count a prefetch", async () => {
    await request("/track/?labels=a::x", { headers: { "sec-purpose": "prefetch;prerender" } });
    expect(await domIds("dom_ids=x")).toEqual([]);
  });
});

describe("GET /track.gif", () => {
  it("counts labels and is an image", async () => {
    const response = await request("/track.gif?labels=a::x");
    expect(response.headers.get("content-type")).toBe("image/gif");
    expect(response.headers.get("cache-control")).toBe("no-store");
    const bytes = new Uint8Array(await response.arrayBuffer());
    expect(new TextDecoder().decode(bytes.subarray(0, 6))).toBe("GIF89a");
    expect(await domIds("dom_ids=x")).toEqual([["x", 1, "a"]]);
  });

  it("says what is wrong instead", async () => {
    expect(await (await request("/track.gif?labels=a:b:c:d")).text()).toMatch("too_many_parts");
    expect(await (await request("/track.gif")).text()).toMatch("label:category:domId|label2");
  });
});

describe("POST /track/", () => {
  it("counts the same body five times once", async () => {
    const body = encodeBatch(batchOf("a::x|a::x"));
    expect((await post(body)).answer).toMatchObject({ accepted: 2, duplicate: false, rejected: [] });
    for (let time = 0; time < 4; time++)
      expect((await post(body)).answer).toMatchObject({ accepted: 2, duplicate: true });
    expect(await domIds("dom_ids=x")).toEqual([["x", 2, "a"]]);
  });

  it("counts the good pings and reports the bad one", async () => {
    const { id, at } = batchOf("");
    const body = JSON.stringify({ v: 1, id, at, pings: [["a", "", "x"], ["b".repeat(251)], ["c", "", "x", 3]] });
    expect((await post(body)).answer).toMatchObject({ accepted: 4, rejected: [{ index: 1, code: "label_too_long" }] });
    expect(await domIds("dom_ids=x")).toEqual([
      ["x", 1, "a"],
      ["x", 3, "c"],
    ]);
  });

  it("says what is wrong, with its clock and CORS", async () => {
    const response = await request("/track/", { method: "POST", body: "{" });
    expect(response.status).toBe(400);
    expect(response.headers.get("access-control-allow-origin")).toBe("*");
    expect(await response.json()).toMatchObject({ error: { code: "bad_json" }, now: expect.any(Number) });
  });

  it.each([
    ["clock_ahead", 6 * 60_000],
    ["too_old", -49 * 3_600_000],
  ])("refuses %s", async (code, offset) => {
    const { status, answer } = await post(encodeBatch(batchOf("a", { at: Date.now() + offset })));
    expect([status, answer.error]).toMatchObject([400, { code }]);
  });
});

describe("GET /get_stats/", () => {
  it("gives the same before and after a flush, in the order asked for", async () => {
    for (let time = 0; time < 3; time++) await request("/track/?labels=x:links:link1");
    await request("/track/?labels=y:links:link2");
    const expected = [
      ["link2", 1, "y"],
      ["link1", 3, "x"],
    ];
    expect(await domIds("dom_ids=link2|link1|")).toEqual(expected);
    expect(await (await readerRequest("/report/")).text()).toBe("ok");
    expect(await domIds("dom_ids=link2|link1|")).toEqual(expected);
    expect(Object.values(await readStatistic())).toEqual([3, 1]);
  });

  it("sums D1 and what is not flushed yet", async () => {
    await request("/track/?labels=x::a");
    await readerRequest("/report/");
    await request("/track/?labels=x::a");
    expect(await domIds("dom_ids=a")).toEqual([["a", 2, "x"]]);
  });

  it("takes a range of days", async () => {
    await env.DB.prepare(
      "INSERT INTO statistic VALUES ('', '2020-01-01', 'x', '', 'a', 7), ('', '2020-01-02', 'x', '', 'a', 5)",
    ).run();
    expect(await domIds("dom_ids=a")).toEqual([]);
    expect(await domIds("dom_ids=a&from=2020-01-01&to=2020-01-02")).toEqual([["a", 12, "x"]]);
    expect(await domIds("dom_ids=a&from=2020-01-02")).toEqual([["a", 5, "x"]]);
    expect(await domIds("dom_ids=a&from=2020-02-30")).toMatchObject({ error: { code: "bad_parameter" } });
  });
});

describe("what was seen", () => {
  it("is told to heat maps apart from actions, and not to pages that show their counts", async () => {
    await request("/track/?labels=x:links:a|(seen):links:a|(seen):links:b");
    expect(await domIds("dom_ids=a|b")).toEqual([["a", 1, "x"]]);
    const body = JSON.stringify({ dom_ids: ["a", "b"] });
    const rows: unknown[] = await (await readerRequest("/get_stats/", { method: "POST", body })).json();
    expect(new Set(rows)).toEqual(
      new Set([
        ["a", 1, "x", "links"],
        ["a", 1, "(seen)", "links"],
        ["b", 1, "(seen)", "links"],
      ]),
    );
  });
});

describe("POST /get_stats/", () => {
  async function ask(body: unknown): Promise<{ status: number; rows: unknown }> {
    const response = await readerRequest("/get_stats/", { method: "POST", body: JSON.stringify(body) });
    return { status: response.status, rows: await response.json() };
  }

  it("gives categories, and counts of actions without a DOM id, before and after a flush", async () => {
    await request("/track/?labels=x:links:a|x:menu:a|visit|signup:buttons|signup:buttons|other:links:b|visit:links");
    const expected = new Set([
      ["", 1, "visit", ""],
      ["", 2, "signup", "buttons"],
      ["a", 1, "x", "links"],
      ["a", 1, "x", "menu"],
    ]);
    const body = { dom_ids: ["a", ["signup", "buttons"], ["visit", ""], "visit,"] };
    expect(new Set((await ask(body)).rows as unknown[])).toEqual(expected);
    await readerRequest("/report/");
    expect(new Set((await ask(body)).rows as unknown[])).toEqual(expected);
  });

  it("lists the DOM ids that are counted most where none are asked for, but not to the public", async () => {
    await request("/track/?labels=x:links:a|x:menu:a|y::b|visit");
    await readerRequest("/report/");
    await request("/track/?labels=x::c|x::c|x::c|visit");
    expect((await ask({})).rows).toEqual([
      ["c", 3],
      ["a", 2],
      ["b", 1],
    ]);
    const open = { ...env, PUBLIC_STATS: "true" };
    const askOpenly = async (body: string) => (await app.request("/get_stats/", { method: "POST", body }, open)).status;
    const token = await makeHeatmapToken(env, "", Date.now());
    const asked = await request("/get_stats/", {
      method: "POST",
      body: "{}",
      headers: { authorization: `Bearer ${token}` },
    });
    expect(asked.status).toBe(200);
    expect([await askOpenly('{"dom_ids":["a"]}'), await askOpenly("{}")]).toEqual([200, 401]);
  });

  it("looks up a bounded number of actions and days, fewer for the public", async () => {
    const ids = (count: number) => Array.from({ length: count }, (_, index) => `id${index}`);
    const pairs = (count: number) => ids(count).map((label) => [label, ""]);
    const status = async (body: object, headers: Record<string, string> = {}) => {
      const init = { method: "POST", body: JSON.stringify(body), headers };
      return (await requestWith({ PUBLIC_STATS: "true" }, "/get_stats/", init)).status;
    };
    const reader = { authorization: `Bearer ${env.ADMIN_TOKEN}` };
    expect(await status({ dom_ids: ids(5), days: 3_660 })).toBe(200);
    expect(await status({ dom_ids: ids(6), days: 3_660 })).toBe(400);
    expect(await status({ dom_ids: pairs(6), days: 3_660 })).toBe(400);
    expect(await status({ dom_ids: ids(6), days: 3_660 }, reader)).toBe(200);
    expect(await status({ dom_ids: pairs(273), days: 3_660 }, reader)).toBe(200);
    expect(await status({ dom_ids: pairs(274), days: 3_660 }, reader)).toBe(400);
    const get = (days: number) =>
      requestWith({ PUBLIC_STATS: "true" }, `/get_stats/?dom_ids=${ids(200).join("|")}&days=${days}`);
    expect([(await get(100)).status, (await get(101)).status]).toEqual([200, 400]);
  });

  it("takes a range of days, also as a number of days up to today", async () => {
    const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);
    await env.DB.prepare(
      "INSERT INTO statistic VALUES ('', ?1, 'x', '', 'a', 1), ('', ?2, 'x', '', 'a', 10), ('', ?2, 'x', '', '', 100)",
    )
      .bind(daysAgo(6), daysAgo(7))
      .run();
    const body = { dom_ids: ["a", ["x", ""]] };
    expect((await ask(body)).rows).toEqual([]);
    expect((await ask({ ...body, days: 7 })).rows).toEqual([["a", 1, "x", ""]]);
    expect((await ask({ ...body, days: 8 })).rows).toEqual([
      ["a", 11, "x", ""],
      ["", 100, "x", ""],
    ]);
    expect((await ask({ ...body, from: daysAgo(7), to: daysAgo(7) })).rows).toEqual([
      ["a", 10, "x", ""],
      ["", 100, "x", ""],
    ]);
  });

  it.each([
    ["bad_json", 400, null],
    ["bad_parameter", 400, { dom_ids: {} }],
    ["bad_parameter", 400, { dom_ids: [["label"]] }],
    ["bad_parameter", 400, { dom_ids: [""] }],
    ["bad_parameter", 400, { dom_ids: [], days: 0 }],
    ["bad_parameter", 400, { dom_ids: [], from: 20260101 }],
    ["body_too_large", 413, { dom_ids: ["x".repeat(300_000)] }],
  ])("refuses %s", async (code, status, body) => {
    expect(await ask(body)).toMatchObject({ status, rows: { error: { code } } });
  });

  it("needs the token", async () => {
    expect((await request("/get_stats/", { method: "POST", body: '{"dom_ids":[]}' })).status).toBe(401);
  });
});

describe("readers", () => {
  it.each(["/report/", "/get_stats/?dom_ids=a"])("need the token for %s", async (path) => {
    expect((await request(path)).status).toBe(401);
    expect((await request(path, { headers: { authorization: "Bearer wrong" } })).status).toBe(401);
    expect((await readerRequest(path)).status).toBe(200);
  });

  it("may log in by the form, and then have a cookie", async () => {
    const login = await logIn(env.ADMIN_TOKEN!);
    expect([login.status, login.headers.get("location")]).toEqual([303, "/dashboard/"]);
    const cookie = login.headers.get("set-cookie")!;
    expect(cookie).toMatch(/HttpOnly; Secure; SameSite=Lax/);
    const stats = await request("/get_stats/?dom_ids=a", { headers: { cookie: cookie.split(";")[0]! } });
    expect(stats.status).toBe(200);
    expect((await logIn("wrong")).status).toBe(401);
  });

  it("are not logged in by a token in the address, which would stand in logs and histories", async () => {
    const response = await request(`/login/?token=${env.ADMIN_TOKEN}`);
    expect([response.status, response.headers.get("set-cookie")]).toEqual([200, null]);
    expect(await response.text()).not.toContain(env.ADMIN_TOKEN);
  });

  it("come back to the page they asked for, and to no other origin", async () => {
    const asked = await request("/dashboard/label?label=a%26b");
    expect(asked.headers.get("location")).toBe("/login/?to=%2Fdashboard%2Flabel%3Flabel%3Da%2526b");
    expect(await (await request(asked.headers.get("location")!)).text()).toContain(
      'name="to" value="/dashboard/label?label=a%26b"',
    );
    for (const [to, location] of [
      ["/dashboard/label?label=a%26b", "/dashboard/label?label=a%26b"],
      ["/demo/", "/demo/"],
      ["https://evil.example/dashboard/", "/dashboard/"],
      ["//evil.example/dashboard/", "/dashboard/"],
      ["/\\evil.example/dashboard/", "/dashboard/"],
      ["/dashboard/..//evil.example", "/dashboard/"],
      ["/dashboard/\r\nset-cookie: a=b", "/dashboard/set-cookie:%20a=b"],
      ["javascript:alert(1)", "/dashboard/"],
      ["/report/", "/dashboard/"],
    ] as const) {
      expect((await logIn(env.ADMIN_TOKEN!, { to })).headers.get("location"), to).toBe(location);
    }
  });

  it("cannot forge the cookie", async () => {
    const cookie = `__Host-tracker_session=${Date.now() + 1_000_000}.c2lnbmF0dXJlc2lnbmF0dXJlc2lnbmF0dXJlc2lnbmE%3D`;
    expect((await request("/report/", { headers: { cookie } })).status).toBe(401);
  });
});

describe("every answer", () => {
  it("allows any page to read it: OPTIONS, errors and unknown paths too", async () => {
    const preflight = await request("/get_stats/", {
      method: "OPTIONS",
      headers: { origin: "https://shop.example", "access-control-request-method": "GET" },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get("access-control-allow-methods")).toBe("GET,POST,DELETE");
    for (const response of [preflight, await request("/nothing"), await request("/report/")]) {
      expect(response.headers.get("access-control-allow-origin")).toBe("*");
    }
    expect((await request("/nothing")).status).toBe(404);
  });

  it("is a clear error while a setting makes no sense", async () => {
    const { default: worker } = await import("./index.ts");
    const response = await worker.fetch(new Request("https://tracker.example/track/?labels=a"), {
      ...env,
      SHARDS: "many",
    });
    expect(await response.json()).toMatchObject({
      error: { code: "bad_setting", message: expect.stringMatching("SHARDS") },
    });
  });
});

describe("/healthz", () => {
  it("tells how old the oldest count is that D1 does not have", async () => {
    await request("/track/?labels=a");
    expect(await (await request("/healthz")).json()).toMatchObject({ ok: true, oldest_unflushed_seconds: 0 });
    vi.setSystemTime(Date.now() + 60_000);
    expect(await (await request("/healthz")).json()).toMatchObject({ ok: true, oldest_unflushed_seconds: 60 });
    await readerRequest("/report/");
    expect(await (await request("/healthz")).json()).toMatchObject({ ok: true, oldest_unflushed_seconds: 0 });
    vi.useRealTimers();
  });

  it("answers 503 when nothing was flushed for ten minutes, until the next flush", async () => {
    await request("/track/?labels=a");
    vi.setSystemTime(Date.now() + 590_000);
    expect((await request("/healthz")).status).toBe(200);
    vi.setSystemTime(Date.now() + 11_000);
    const stale = await request("/healthz");
    expect(stale.status).toBe(503);
    expect(await stale.json()).toMatchObject({ ok: false, database: true, silent: [] });
    await readerRequest("/report/");
    expect((await request("/healthz")).status).toBe(200);
    vi.useRealTimers();
  });

  it("asks one object of each day for a stranger, and all of them for a reader", async () => {
    for (let shard = 0; shard < 64; shard++) {
      const [source, object] = [`source-${shard}`, `2026-11-${20 + (shard % 3)}/${shard}`];
      await env.DB.prepare("INSERT INTO flush (source, object, day, watermark) VALUES (?1, ?2, ?3, 0)")
        .bind(source, object, object.slice(0, 10))
        .run();
    }
    const asked: string[] = [];
    const stub = { readBacklog: async () => ({ gone: false, names: 0, rows: 0 }) };
    const DAY_COUNTER = { getByName: (name: string) => (asked.push(name), stub) } as unknown as Env["DAY_COUNTER"];
    expect((await requestWith({ DAY_COUNTER }, "/healthz")).status).toBe(200);
    expect(asked.map((name) => name.slice(0, 10)).toSorted()).toEqual(["2026-11-20", "2026-11-21", "2026-11-22"]);
    const headers = { authorization: `Bearer ${env.ADMIN_TOKEN}` };
    expect((await requestWith({ DAY_COUNTER }, "/healthz", { headers })).status).toBe(200);
    expect(asked).toHaveLength(3 + 64);
  });

  it("answers 503 and says what is wrong when the database or an object does not answer", async () => {
    await request("/track/?labels=a");
    const { default: worker } = await import("./index.ts");
    const broken = {
      ...env,
      DAY_COUNTER: { getByName: () => ({ readBacklog: () => Promise.reject(new Error("no")) }) },
    } as unknown as Env;
    const silent = await worker.fetch(new Request("https://tracker.example/healthz"), broken);
    expect(silent.status).toBe(503);
    expect(await silent.json()).toMatchObject({ ok: false, database: true, silent: [expect.stringMatching(/\/0$/)] });
    await env.DB.prepare("DROP TABLE flush").run();
    const down = await request("/healthz");
    expect(down.status).toBe(503);
    expect(await down.json()).toMatchObject({ ok: false, database: false });
  });
});
