import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { bearer, giveToken } from "../../test/access.ts";
import { readerRequest, request, requestWith } from "../../test/batches.ts";
import { deleteAccessToken } from "../d1/access-tokens.ts";
import { insertStatistics } from "../../test/statistics.ts";

const today = new Date().toISOString().slice(0, 10);

describe("GET /api/export", () => {
  it("is CSV with a name, with what is not flushed", async () => {
    await insertStatistics([["", "2020-01-01", "x", "c", "a", 7]]);
    await request("/track/?labels=x:c:a");
    const response = await readerRequest("/api/export?from=2020-01-01");
    expect(response.headers.get("content-disposition")).toBe(
      `attachment; filename="statistics-2020-01-01-${today}.csv"`,
    );
    expect(await response.text()).toBe(
      `site,day,label,category,dom_id,counter\n,2020-01-01,x,c,a,7\n,${today},x,c,a,1\n`,
    );
  });

  it("cannot run as a formula in a spreadsheet", async () => {
    await insertStatistics([["", "2020-01-01", '=HYPERLINK("https://evil.example")', "@SUM(1)", "-1", 1]]);
    const csv = await (await readerRequest("/api/export?from=2020-01-01")).text();
    expect(csv.split("\n")[1]).toBe(`,2020-01-01,"'=HYPERLINK(""https://evil.example"")",'@SUM(1),'-1,1`);
  });

  it.each([
    ["＝1+1", "'＝1+1"],
    ["＋1", "'＋1"],
    ["－1", "'－1"],
    ["＠SUM(1)", "'＠SUM(1)"],
    ["a;=1+1;b", "a;'=1+1;b"],
    ["a; =1+1", "a;' =1+1"],
    ['a;"=1+1"', `"a;'""=1+1"""`],
    ["a;'＝1", "a;''＝1"],
    ["a;b;-1", "a;b;'-1"],
    ["a=1;b-2", "a=1;b-2"],
    ["'a", "'a"],
  ])(
    "cannot run either where a sheet's language separates by semicolons or writes full width: %s",
    async (label, cell) => {
      await insertStatistics([["", "2020-01-01", label, "", "", 1]]);
      const csv = await (await readerRequest("/api/export?from=2020-01-01")).text();
      expect(csv.split("\n")[1]).toBe(`,2020-01-01,${cell},,,1`);
      // What a sheet makes of the line there: no cell of it begins like a formula.
      for (const one of csv.split("\n")[1]!.split(";")) expect(one).not.toMatch(/^[\s"]*[=+\-@＝＋－＠]/);
    },
  );

  it("is JSON too, filtered", async () => {
    await insertStatistics([
      ["", "2020-01-01", "x", "", "", 7],
      ["", "2020-01-01", "y", "", "", 1],
    ]);
    const rows = await (await readerRequest("/api/export?format=json&from=2020-01-01&label=y")).json();
    expect(rows).toEqual([{ site: "", day: "2020-01-01", label: "y", category: "", dom_id: "", counter: 1 }]);
    expect(await (await readerRequest("/api/export?format=json&label=none")).json()).toEqual([]);
  });

  it("goes on over many pages of rows, each once", async () => {
    await env.DB.prepare(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 12000)
       INSERT INTO statistic SELECT '', date('2020-01-01', (i % 7) || ' days'), 'label' || i, '', '', i FROM n`,
    ).run();
    const csv = await (await readerRequest("/api/export?from=2020-01-01")).text();
    const lines = csv.trim().split("\n").slice(1);
    expect(new Set(lines).size).toBe(12_000);
    expect(lines).toHaveLength(12_000);
  });

  describe("that does not come to its end", () => {
    const path = "/api/export?from=2020-01-01";
    const insertPages = () =>
      env.DB.prepare(
        `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 12000)
         INSERT INTO statistic SELECT '', '2020-01-01', 'label' || i, '', '', i FROM n`,
      ).run();

    it("breaks off, where the database fails on the way", async () => {
      await insertPages();
      let batches = 0;
      const DB = new Proxy(env.DB, {
        get(target, name) {
          if (name === "batch" && ++batches > 3) throw new Error("D1 is gone");
          const value = Reflect.get(target, name) as unknown;
          return typeof value === "function" ? (value.bind(target) as unknown) : value;
        },
      });
      const response = await requestWith({ DB }, path, { headers: bearer(env.ADMIN_TOKEN!) });
      expect(response.status).toBe(200);
      await expect(response.text()).rejects.toThrow("D1 is gone");
    });

    it("breaks off, where its token is revoked on the way", async () => {
      await insertPages();
      const { id, secret } = await giveToken({ role: "viewer" });
      const response = await request(path, { headers: bearer(secret) });
      const reader = response.body!.getReader();
      expect((await reader.read()).done).toBe(false);
      await deleteAccessToken(env.DB, id);

      await expect(
        (async () => {
          while (!(await reader.read()).done);
        })(),
      ).rejects.toThrow("revoked");
    });
  });
});
