import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { readDomIds, readerRequest, readStatistic, request, requestWith } from "../../test/batches.ts";
import { ago } from "../../test/days.ts";
import { app } from "../app.ts";
import { makeHeatmapToken } from "../http/guards/heatmap-token.ts";

describe("GET /get_stats/", () => {
  it("gives the same before and after a flush, in the order asked for", async () => {
    for (let time = 0; time < 3; time++) await request("/track/?labels=x:links:link1");
    await request("/track/?labels=y:links:link2");
    const expected = [
      ["link2", 1, "y"],
      ["link1", 3, "x"],
    ];
    expect(await readDomIds("dom_ids=link2|link1|")).toEqual(expected);
    expect(await (await readerRequest("/report/")).text()).toBe("ok");
    expect(await readDomIds("dom_ids=link2|link1|")).toEqual(expected);
    expect(Object.values(await readStatistic())).toEqual([3, 1]);
  });

  it("sums D1 and what is not flushed yet", async () => {
    await request("/track/?labels=x::a");
    await readerRequest("/report/");
    await request("/track/?labels=x::a");
    expect(await readDomIds("dom_ids=a")).toEqual([["a", 2, "x"]]);
  });

  it("takes a range of days", async () => {
    await env.DB.prepare(
      "INSERT INTO statistic VALUES ('', '2020-01-01', 'x', '', 'a', 7), ('', '2020-01-02', 'x', '', 'a', 5)",
    ).run();
    expect(await readDomIds("dom_ids=a")).toEqual([]);
    expect(await readDomIds("dom_ids=a&from=2020-01-01&to=2020-01-02")).toEqual([["a", 12, "x"]]);
    expect(await readDomIds("dom_ids=a&from=2020-01-02")).toEqual([["a", 5, "x"]]);
    expect(await readDomIds("dom_ids=a&from=2020-02-30")).toMatchObject({ error: { code: "bad_parameter" } });
  });
});

describe("what was seen", () => {
  it("is told to heat maps apart from actions, and not to pages that show their counts", async () => {
    await request("/track/?labels=x:links:a|(seen):links:a|(seen):links:b");
    expect(await readDomIds("dom_ids=a|b")).toEqual([["a", 1, "x"]]);
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
    await env.DB.prepare(
      "INSERT INTO statistic VALUES ('', ?1, 'x', '', 'a', 1), ('', ?2, 'x', '', 'a', 10), ('', ?2, 'x', '', '', 100)",
    )
      .bind(ago(6), ago(7))
      .run();
    const body = { dom_ids: ["a", ["x", ""]] };
    expect((await ask(body)).rows).toEqual([]);
    expect((await ask({ ...body, days: 7 })).rows).toEqual([["a", 1, "x", ""]]);
    expect((await ask({ ...body, days: 8 })).rows).toEqual([
      ["a", 11, "x", ""],
      ["", 100, "x", ""],
    ]);
    expect((await ask({ ...body, from: ago(7), to: ago(7) })).rows).toEqual([
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
