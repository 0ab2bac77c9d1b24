import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { batchesOf, batchOf, readerRequest, readStatistic } from "../../test/batches.ts";
import { countBatch } from "./count-batch.ts";
import type { Env } from "../env.ts";
import { flushAll, flushDue, TAIL_MAX_ROWS } from "./flush.ts";

function today(): string {
  return new Date().toISOString().slice(0, 10);
}

/** D1 whose batches fail: before they reach it, or after it has committed and only the answer is lost. */
function failingDb(moment: "before" | "after", times: number): Env {
  const db = new Proxy(env.DB, {
    get(target, name) {
      if (name !== "batch") return Reflect.get(target, name).bind(target) as unknown;
      return async (statements: D1PreparedStatement[]) => {
        if (times-- <= 0) return target.batch(statements);
        if (moment == "after") await target.batch(statements);
        throw new Error("D1_ERROR: Network connection lost.");
      };
    },
  });
  return { ...env, DB: db };
}

describe("flushDue", () => {
  const MINUTE_MS = 60_000;
  const start = Date.now();
  /** More names than a run of the cron flushes at once; vitest.config.ts sets the cap to 100 a site. */
  const manyNames = Array.from({ length: 90 }, (_, index) => `name-${index}`).join("|");

  async function countMany(): Promise<void> {
    for (const site of ["a.example", "b.example", "c.example"]) await countBatch(env, site, batchOf(manyNames));
  }

  afterEach(() => void vi.useRealTimers());

  it("flushes few names at once", async () => {
    await countBatch(env, "", batchOf("a|b"));
    expect(await flushDue(env, Date.now())).toEqual({ statistics: 2, objects: 1, failed: [] });
    expect(await flushDue(env, Date.now())).toEqual({ statistics: 0, objects: 0, failed: [] });
  });

  it("lets many names wait, while reads have them and /report/ flushes them", async () => {
    await countMany();
    expect(await flushDue(env, Date.now())).toEqual({ statistics: 0, objects: 0, failed: [] });
    expect(await readStatistic()).toEqual({});
    const list = await readerRequest("/api/timeseries");
    expect((await list.json<{ points: { counter: number }[] }>()).points.at(-1)!.counter).toBe(270);
    expect((await readerRequest("/report/")).status).toBe(200);
    expect(Object.keys(await readStatistic())).toHaveLength(90);
  });

  it("flushes them when their oldest is as old as they are many; health is fine until then, and not ten minutes later", async () => {
    vi.setSystemTime(start);
    await countMany();
    const health = async (): Promise<number> => (await readerRequest("/healthz")).status;
    vi.setSystemTime(start + 5 * MINUTE_MS);
    expect(await flushDue(env, Date.now())).toMatchObject({ objects: 0 });
    vi.setSystemTime(start + 15 * MINUTE_MS);
    expect(await health()).toBe(200);
    vi.setSystemTime(start + 16 * MINUTE_MS);
    expect(await health()).toBe(503);
    expect(await flushDue(env, Date.now())).toMatchObject({ statistics: 270, objects: 1 });
    expect(await health()).toBe(200);
  });

  it("reports an object that does not answer, and flushes the others of the day", async () => {
    const sharded = { ...env, SHARDS: "4" };
    for (const batch of batchesOf("a")) await countBatch(sharded, "", batch);
    const silent = `${today()}/2`;
    const lost = { readBacklog: () => Promise.reject(new Error("lost")) };
    const getByName = (name: string): unknown => (name === silent ? lost : env.DAY_COUNTER.getByName(name));
    const cutOff = { ...env, DAY_COUNTER: { getByName } } as unknown as Env;
    expect(await flushDue(cutOff, Date.now())).toEqual({ statistics: 1, objects: 3, failed: [silent] });
  });
});

describe("flushAll", () => {
  it("moves the tail into D1 once", async () => {
    await countBatch(env, "", batchOf("a|a|b:c:d"));
    expect(await flushAll(env)).toEqual({ statistics: 2, objects: 1, failed: [] });
    expect(await flushAll(env)).toEqual({ statistics: 0, objects: 0, failed: [] });
    expect(await readStatistic()).toEqual({ [`${today()} a::`]: 2, [`${today()} b:c:d`]: 1 });
  });

  it("adds to what is there and leaves other rows unwritten", async () => {
    await countBatch(env, "", batchOf("a|b"));
    await flushAll(env);
    await countBatch(env, "", batchOf("a"));
    expect(await flushAll(env)).toMatchObject({ statistics: 1 });
    expect(await readStatistic()).toEqual({ [`${today()} a::`]: 2, [`${today()} b::`]: 1 });
  });

  it("takes away the sums of a day that it adds to, and no other's", async () => {
    await countBatch(env, "", batchOf("a"));
    const sums = [today(), "2020-01-01"].flatMap((day) =>
      ["day", "label", "category"].map((kind) => ["", kind, day, "a", 7] as const),
    );
    const insert = env.DB.prepare("INSERT INTO day_sum VALUES (?, ?, ?, ?, ?)");
    await env.DB.batch([...sums, ["other.example", "day", today(), "", 7] as const].map((sum) => insert.bind(...sum)));
    await flushAll(env);
    const { results } = await env.DB.prepare("SELECT site, kind, day FROM day_sum ORDER BY site, kind").all();
    expect(results).toEqual([
      ...["category", "day", "label"].map((kind) => ({ site: "", kind, day: "2020-01-01" })),
      { site: "other.example", kind: "day", day: today() },
    ]);
  });

  it("adds nothing twice when flushes race", async () => {
    await countBatch(env, "", batchOf("a|b"));
    await Promise.all([flushAll(env), flushAll(env), flushAll(env)]);
    expect(await readStatistic()).toEqual({ [`${today()} a::`]: 1, [`${today()} b::`]: 1 });
  });

  it.each(["before", "after"] as const)("is exact when D1 fails %s its commit", async (moment) => {
    await countBatch(env, "", batchOf("a"));
    await flushAll(failingDb(moment, 1));
    await flushAll(env);
    expect(await readStatistic()).toEqual({ [`${today()} a::`]: 1 });
  });

  it("reports what D1 does not take, and keeps it", async () => {
    await countBatch(env, "", batchOf("a"));
    expect((await flushAll(failingDb("before", 100))).failed).toEqual([`${today()}/0`]);
    await flushAll(env);
    expect(await readStatistic()).toEqual({ [`${today()} a::`]: 1 });
  });

  it("sums the shards of a day into one row", async () => {
    const sharded = { ...env, SHARDS: "4" };
    for (const batch of batchesOf("a")) await countBatch(sharded, "", batch);
    const report = await flushAll(sharded);
    expect(report).toMatchObject({ statistics: 1, failed: [] });
    expect(report.objects).toBeGreaterThan(1);
    expect(await readStatistic()).toEqual({ [`${today()} a::`]: 20 });
  });

  it("moves nothing when a watermark is not known", async () => {
    await countBatch(env, "", batchOf("a"));
    await env.DB.prepare("DELETE FROM flush").run();
    expect(await flushAll(env)).toEqual({ statistics: 0, objects: 0, failed: [] });
    expect(await readStatistic()).toEqual({});
  });

  it("writes one row a changed statistic and one an object flushed", async () => {
    await countBatch(env, "", batchOf("a|b|c"));
    await flushAll(env);
    await countBatch(env, "", batchOf("a|b"));
    let written = 0;
    const db = new Proxy(env.DB, {
      get(target, name) {
        if (name !== "batch") return Reflect.get(target, name).bind(target) as unknown;
        return async (statements: D1PreparedStatement[]) => {
          const results = await target.batch(statements);
          written += results.reduce((sum, { meta }) => sum + meta.rows_written, 0);
          return results;
        };
      },
    });
    await flushAll({ ...env, DB: db });
    expect(written).toBe(2 + 1);
  });

  it(
    "moves 100,000 changed keys of any script at once, each in one row however many parts have it",
    { timeout: 60_000 },
    async () => {
      // vitest.config.ts sets the cap to 100 keys a site.
      const pings = Array.from({ length: 100 }, (_, index) => ({
        label: `註冊按鈕-${index}`,
        category: "",
        domId: "",
        count: 1,
      }));
      for (let site = 0; site < 1_000; site += 50) {
        await Promise.all(
          Array.from({ length: 50 }, (_, offset) => countBatch(env, `site-${site + offset}`, batchOf("", { pings }))),
        );
      }
      // A second part, of a name that the first has too.
      const object = env.DAY_COUNTER.getByName(`${today()}/0`);
      await runInDurableObject(object, (_, { storage }) => {
        storage.sql.exec(
          `INSERT INTO journal SELECT (SELECT max(id) FROM journal) + key + 1, 0, 'an id', '[[1,1]]' FROM json_each(?)`,
          JSON.stringify(Array.from({ length: TAIL_MAX_ROWS }, () => 0)),
        );
      });
      await evictDurableObject(object);
      expect(await flushAll(env)).toEqual({ statistics: 100_000, objects: 1, failed: [] });
      expect(
        await env.DB.prepare(
          "SELECT count(*) AS count, sum(counter) AS sum, max(label) AS last FROM statistic",
        ).first(),
      ).toEqual({ count: 100_000, sum: 100_000 + TAIL_MAX_ROWS, last: "註冊按鈕-99" });
    },
  );

  it("goes on with the other objects when one does not answer, and reports it", async () => {
    const sharded = { ...env, SHARDS: "4" };
    for (const batch of batchesOf("a")) await countBatch(sharded, "", batch);
    const silent = `${today()}/2`;
    const getByName = (name: string): unknown =>
      name === silent ? { readTail: () => Promise.reject(new Error("lost")) } : env.DAY_COUNTER.getByName(name);
    const report = await flushAll({ ...env, DAY_COUNTER: { getByName } } as unknown as Env);
    expect(report).toMatchObject({ statistics: 1, failed: [silent] });
    await flushAll(env);
    expect(await readStatistic()).toEqual({ [`${today()} a::`]: 20 });
  });
});
