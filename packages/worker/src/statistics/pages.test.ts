import { encodeBatch } from "@tracker/sdk/protocol";
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { batchOf, readerRequest, readStatistic, request, requestWith } from "../../test/batches.ts";
import { insertStatistics } from "../../test/statistics.ts";
import { flushAll } from "../counting/flush.ts";
import { deleteStatistics } from "./delete.ts";
import { prune } from "./retention.ts";
import { sumUpDays } from "./sum-up.ts";

const DAY = "2020-01-01";
const today = new Date().toISOString().slice(0, 10);

async function count(labels: string, page?: string): Promise<void> {
  const response = await request("/track/", { method: "POST", body: encodeBatch(batchOf(labels, { page })) });
  expect(response.status).toBe(200);
}

async function ask<Answer = { rows: Record<string, unknown>[] }>(path: string): Promise<Answer> {
  return (await readerRequest(path)).json();
}

/** `[what it is a sum of, counter]` of each row. */
async function sums(query: string): Promise<unknown[]> {
  const { rows } = await ask(`/api/statistics?${query}`);
  return rows.map((row) => [Object.values(row)[0], row["counter"]]);
}

async function insertPages(
  rows: readonly [site: string, day: string, page: string, label: string, domId: string, counter: number][],
): Promise<void> {
  await env.DB.batch(
    rows.map(([site, day, page, label, domId, counter]) =>
      env.DB.prepare("INSERT INTO page_statistic VALUES (?, ?, ?, ?, '', ?, ?)").bind(
        site,
        day,
        page,
        label,
        domId,
        counter,
      ),
    ),
  );
}

async function readPages(): Promise<unknown[]> {
  const { results } = await env.DB.prepare("SELECT day, page, label, counter FROM page_statistic").all();
  return results.map((row) => Object.values(row));
}

describe.each(["before a flush", "after one", "half before and half after"])("counts by page, %s", (when) => {
  beforeEach(async () => {
    await count("order:shop:cta|order:shop:cta|visit", "/");
    await count("order:shop:cta", "/pricing");
    if (when.startsWith("half")) await flushAll(env);
    await count("order:shop:cta|order:shop:cta|order:shop:cta|visit", "/pricing");
    await count("order:shop:cta");
    if (when.startsWith("after")) await flushAll(env);
  });

  it("are told for each page, and over all pages where none is named", async () => {
    expect(await sums("group=label")).toEqual([
      ["order", 7],
      ["visit", 2],
    ]);
    expect(await sums("group=label&page=/")).toEqual([
      ["order", 2],
      ["visit", 1],
    ]);
    expect(await sums("group=label&page=/pricing")).toEqual([
      ["order", 4],
      ["visit", 1],
    ]);
    expect(await sums("group=label&page=/none")).toEqual([]);
    expect(await sums("group=page")).toEqual([
      ["/pricing", 5],
      ["/", 3],
    ]);
    expect(await sums("group=page&label=order")).toEqual([
      ["/pricing", 4],
      ["/", 2],
    ]);
    expect(await sums("group=page&page=/")).toEqual([["/", 3]]);
  });

  it("are listed row by row", async () => {
    expect((await ask("/api/statistics?page=/pricing")).rows).toEqual([
      {
        site: "",
        day: today,
        label: "order",
        category: "shop",
        dom_id: "cta",
        page: "/pricing",
        counter: 4,
        final: false,
      },
      { site: "", day: today, label: "visit", category: "", dom_id: "", page: "/pricing", counter: 1, final: false },
    ]);
    const { rows } = await ask("/api/statistics?page=/pricing&sort=counter&order=asc&limit=1");
    expect(rows).toMatchObject([{ label: "visit" }]);
    const { points } = await ask<{ points: object[] }>(`/api/timeseries?page=/&from=${today}`);
    expect(points).toEqual([{ day: today, counter: 3, final: false }]);
  });

  it("are what a heat map asks for: two pages with one id, and their sum", async () => {
    const read = async (page?: string): Promise<unknown> => {
      const body = JSON.stringify({ dom_ids: ["cta", ["visit", ""]], page });
      const rows: unknown[] = await (await readerRequest("/get_stats/", { method: "POST", body })).json();
      return rows.toSorted((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)));
    };
    expect(await read("/")).toEqual([
      ["", 1, "visit", ""],
      ["cta", 2, "order", "shop"],
    ]);
    expect(await read("/pricing")).toEqual([
      ["", 1, "visit", ""],
      ["cta", 4, "order", "shop"],
    ]);
    expect(await read()).toEqual([
      ["", 2, "visit", ""],
      ["cta", 7, "order", "shop"],
    ]);
    expect(await ask("/get_stats/?dom_ids=cta")).toEqual([["cta", 7, "order"]]);
    expect(await ask("/get_stats/?dom_ids=cta&page=/pricing")).toEqual([["cta", 4, "order"]]);
    const top = await readerRequest("/get_stats/", { method: "POST", body: JSON.stringify({ page: "/" }) });
    expect(await top.json()).toEqual([["cta", 2]]);
  });
});

describe("an object", () => {
  it("knows its pages after a restart, and one that was made before there were pages takes them", async () => {
    await count("a");
    const object = env.DAY_COUNTER.getByName(`${today}/0`);
    await runInDurableObject(object, (_, { storage }) => void storage.sql.exec("DROP TABLE name_page"));
    for (const times of [1, 2, 3]) {
      await evictDurableObject(object);
      await count("a", "/");
      expect(await sums("group=page")).toEqual([["/", times]]);
    }
    await evictDurableObject(object);
    await flushAll(env);
    expect(await sums("group=page")).toEqual([["/", 3]]);
    expect(await sums("group=label")).toEqual([["a", 4]]);
  });
});

describe("a page", () => {
  it.each([1, "", "a\nb", " /a", "x".repeat(251)])("that is none is refused with its batch: %j", async (page) => {
    const body = JSON.stringify({ v: 1, ...batchOf("a"), pings: [["a"]], page });
    const response = await request("/track/", { method: "POST", body });
    expect([response.status, await response.json()]).toMatchObject([400, { error: { code: "bad_page" } }]);
  });
});

describe("PUBLIC_STATS", () => {
  it("does not tell strangers the counts of a page", async () => {
    await count("a:b:c", "/");
    const publicly = (query: string) => requestWith({ PUBLIC_STATS: "true" }, `/get_stats/?dom_ids=c${query}`);
    expect(await (await publicly("")).json()).toEqual([["c", 1, "a"]]);
    expect((await publicly("&page=/")).status).toBe(401);
  });
});

describe("a closed day with pages", () => {
  beforeEach(async () => {
    await insertStatistics([
      ["", DAY, "order", "", "cta", 7],
      ["", DAY, "visit", "", "", 2],
    ]);
    await insertPages([
      ["", DAY, "/", "order", "cta", 2],
      ["", DAY, "/pricing", "order", "cta", 4],
      ["", DAY, "/pricing", "visit", "", 1],
    ]);
  });

  it("is summed up by page, and gives the same sums", async () => {
    const read = () =>
      Promise.all(
        ["group=page", "group=day&page=/pricing", "group=page&label=visit", "group=day"].map((query) =>
          sums(`from=${DAY}&${query}`),
        ),
      );
    const before = await read();
    expect(before).toEqual([
      [
        ["/pricing", 5],
        ["/", 2],
      ],
      [[DAY, 5]],
      [["/pricing", 1]],
      [[DAY, 9]],
    ]);
    await sumUpDays(env, Date.now());
    const { results } = await env.DB.prepare(
      "SELECT name, counter FROM day_sum WHERE kind = 'page' ORDER BY name",
    ).all();
    expect(results).toEqual([
      { name: "/", counter: 2 },
      { name: "/pricing", counter: 5 },
    ]);
    expect(await read()).toEqual(before);
  });

  it("loses its pages with its rows: deleted by label, by day, and when it is too old", async () => {
    await sumUpDays(env, Date.now());
    await deleteStatistics(env, { site: "", label: "order", from: DAY, to: DAY });
    expect(await readPages()).toEqual([[DAY, "/pricing", "visit", 1]]);
    expect(await sums(`from=${DAY}&group=page`)).toEqual([["/pricing", 1]]);
    await deleteStatistics(env, { site: "", label: undefined, from: DAY, to: DAY });
    expect(await readPages()).toEqual([]);
    await insertStatistics([["", DAY, "order", "", "", 7]]);
    await insertPages([["", DAY, "/", "order", "", 2]]);
    await prune({ ...env, RETENTION_DAYS: "7" }, Date.now());
    expect([await readPages(), await readStatistic()]).toEqual([[], {}]);
  });

  it("is the same after it was exported with its pages and imported", async () => {
    const csv = await (await readerRequest(`/api/export?from=${DAY}&pages=true`)).text();
    expect(csv).toBe(
      `site,day,label,category,dom_id,counter,page
,${DAY},order,,cta,7,
,${DAY},visit,,,2,
,${DAY},order,,cta,2,/
,${DAY},order,,cta,4,/pricing
,${DAY},visit,,,1,/pricing
`,
    );
    const [rows, pages] = [await readStatistic(), await readPages()];
    await deleteStatistics(env, { site: "", label: undefined, from: DAY, to: DAY });
    expect(await importCsv(csv)).toEqual({ rows: 5, changed: 5, wrong: 0, deleted: 0 });
    expect([await readStatistic(), await readPages()]).toEqual([rows, pages]);
    expect(await importCsv(csv, "?replace=true")).toEqual({ rows: 5, changed: 0, wrong: 0, deleted: 0 });
  });

  it("has no pages after a file without them replaced it", async () => {
    const csv = await (await readerRequest(`/api/export?from=${DAY}`)).text();
    expect(csv).toBe(`site,day,label,category,dom_id,counter\n,${DAY},order,,cta,7\n,${DAY},visit,,,2\n`);
    expect(await importCsv(csv, "?replace=true")).toEqual({ rows: 2, changed: 0, wrong: 0, deleted: 3 });
    expect(await readPages()).toEqual([]);
  });

  async function importCsv(body: string, query = ""): Promise<unknown> {
    const headers = { authorization: `Bearer ${env.ADMIN_TOKEN}`, "content-type": "text/csv" };
    const text = await (await request(`/api/import${query}`, { method: "POST", body, headers })).text();
    return JSON.parse(text.trim().split("\n").at(-1)!) as unknown;
  }
});
