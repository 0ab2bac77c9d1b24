import type { StatDetail } from "@tracker/sdk/protocol";
import { env } from "cloudflare:workers";
import { reset } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readerRequest, request, requestWith } from "../../test/batches.ts";
import { TODAY, ago } from "../../test/days.ts";
import { insertStatistics } from "../../test/statistics.ts";
import { makeHeatmapToken } from "../http/guards/heatmap-token.ts";

async function ask<Answer = StatDetail[]>(body: object): Promise<Answer> {
  return (await readerRequest("/get_stats/", { method: "POST", body: JSON.stringify(body) })).json();
}

beforeEach(async () => {
  await insertStatistics([
    ["", ago(14), "order", "shop", "cta", 1_000],
    ["", ago(13), "order", "shop", "cta", 6],
    ["", ago(7), "order", "shop", "cta", 4],
    ["", ago(6), "order", "shop", "cta", 11],
    ["", ago(8), "order", "shop", "gone", 5],
    ["", ago(9), "(seen)", "shop", "cta", 50],
    ["", ago(3), "signup", "form", "", 2],
    ["", ago(10), "signup", "form", "", 8],
  ]);
  await request("/track/?labels=order:shop:cta|order:shop:new|(seen):shop:cta|signup:form");
});
afterEach(reset);

describe("before: true", () => {
  it("adds the counter of as many days directly before, also of what is gone and of what is new", async () => {
    const body = { dom_ids: ["cta", "gone", "new", "none", ["signup", "form"]], days: 7, before: true };
    const expected = new Set([
      ["cta", 12, "order", "shop", 10],
      ["cta", 1, "(seen)", "shop", 50],
      ["gone", 0, "order", "shop", 5],
      ["new", 1, "order", "shop", 0],
      ["", 3, "signup", "form", 8],
    ]);
    expect(new Set(await ask(body))).toEqual(expected);
    await readerRequest("/report/");
    expect(new Set(await ask(body))).toEqual(expected);
  });

  it("is the same length for a single day", async () => {
    expect(await ask({ dom_ids: ["cta"], from: ago(6), to: ago(6), before: true })).toEqual([
      ["cta", 11, "order", "shop", 4],
    ]);
  });

  it("compares a page with itself", async () => {
    await env.DB.batch(
      [ago(1), ago(8)].map((day, index) =>
        env.DB.prepare("INSERT INTO page_statistic VALUES ('', ?, '/a', 'order', 'shop', 'cta', ?)").bind(
          day,
          3 + index,
        ),
      ),
    );
    expect(await ask({ dom_ids: ["cta"], days: 7, page: "/a", before: true })).toEqual([
      ["cta", 3, "order", "shop", 4],
    ]);
  });
});

describe('by: "day"', () => {
  it("tells an action's counter on each day, 0 included, whatever was seen", async () => {
    const days = [[ago(7), 4], [ago(6), 11], ...[5, 4, 3, 2, 1].map((days) => [ago(days), 0]), [TODAY, 1]];
    expect(await ask({ dom_ids: ["cta"], days: 8, by: "day" })).toEqual(days);
    await readerRequest("/report/");
    expect(await ask({ dom_ids: ["cta"], days: 8, by: "day" })).toEqual(days);
    expect(await ask({ dom_ids: [["signup", "form"]], from: ago(3), to: ago(2), by: "day" })).toEqual([
      [ago(3), 2],
      [ago(2), 0],
    ]);
  });

  it.each([[{}], [{ dom_ids: [] }], [{ dom_ids: ["a", "b"] }]])("refuses other than one action: %j", async (body) => {
    expect(await ask({ ...body, by: "day" })).toMatchObject({
      error: { code: "bad_parameter", message: "dom_ids: by day it is one" },
    });
  });

  it("is for heat maps' tokens, and not for the public", async () => {
    const init = { method: "POST", body: JSON.stringify({ dom_ids: ["cta"], by: "day" }) };
    expect((await requestWith({ PUBLIC_STATS: "true" }, "/get_stats/", init)).status).toBe(401);
    const authorization = `Bearer ${await makeHeatmapToken(env, "", Date.now())}`;
    expect((await request("/get_stats/", { ...init, headers: { authorization } })).status).toBe(200);
  });
});
