import { addDays } from "@tracker/sdk/protocol";
import { evictAllDurableObjects, evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { batchOf, readerRequest, readStatistic } from "../../test/batches.ts";
import { insertStatistics } from "../../test/statistics.ts";
import { countBatch } from "../counting/count-batch.ts";
import { flushAll, TAIL_MAX_ROWS } from "../counting/flush.ts";
import { listOpenObjects } from "../d1/objects.ts";
import { selectSums } from "../d1/sums.ts";
import type { Env } from "../env.ts";
import { queryExactly, readExactly } from "./read.ts";

const today = new Date().toISOString().slice(0, 10);
const range = { from: addDays(today, -3), to: today };

afterEach(() => void vi.restoreAllMocks());

async function sumsBy(column: "label" | "site" | "day", settings: Env = env): Promise<unknown[]> {
  const { results } = await queryExactly(settings, range, (known) => [
    selectSums(env.DB, known, {}, [column], { order: [column, "asc"], limit: 10 }),
  ]);
  return results[0]!;
}

/** What a heat map reads. */
function readAll(settings: Env = env): Promise<{ tail: unknown[] }> {
  return readExactly(
    settings,
    "",
    () => true,
    async () => ({ open: await listOpenObjects(env.DB) }),
  );
}

describe("a tail of many parts, each of which has the same names", () => {
  it("is summed", async () => {
    await countBatch(env, "", batchOf("a|b"));
    const rows = 2 * TAIL_MAX_ROWS;
    const object = env.DAY_COUNTER.getByName(`${today}/0`);
    await runInDurableObject(object, (_, { storage }) => {
      storage.sql.exec(
        `INSERT INTO journal SELECT key + 2, 0, 'an id', '[[1,1],[2,2]]' FROM json_each(?)`,
        JSON.stringify(Array.from({ length: rows }, () => 0)),
      );
    });
    // The object counts on behind the rows that it now has.
    await evictDurableObject(object);
    expect(await sumsBy("label")).toEqual([
      { label: "a", counter: 1 + rows },
      { label: "b", counter: 1 + 2 * rows },
    ]);
    expect((await readAll()).tail).toEqual([
      ["", "a", "", "", 1 + rows],
      ["", "b", "", "", 1 + 2 * rows],
    ]);
  });
});

describe.each([1, 6, 60])("%i sites", (count) => {
  const sites = Array.from({ length: count }, (_, index) => `s${String(index).padStart(2, "0")}.example`);

  it("are listed, exported and shown, flushed or not", { timeout: 60_000 }, async () => {
    await insertStatistics(
      sites.flatMap((site, index) =>
        [1, 2, 3].map((age): [string, string, string, string, string, number] => [
          site,
          addDays(today, -age),
          "flushed",
          "",
          "",
          1 + index,
        ]),
      ),
    );
    for (const site of sites) await countBatch(env, site, batchOf("new|flushed"));
    await flushAll(env);
    for (const site of sites) await countBatch(env, site, batchOf("new|newest"));
    const rows: { site: string; day: string; label: string; counter: number }[] = [];
    for (let cursor = ""; ;) {
      const answer = await readerRequest(`/api/statistics?from=${range.from}&to=${today}&limit=47&cursor=${cursor}`);
      expect(answer.status).toBe(200);
      const page = await answer.json<{ rows: typeof rows; next: string | null }>();
      rows.push(...page.rows);
      if (page.next === null) break;
      cursor = page.next;
    }
    const expected = sites.flatMap((site, index) => [
      { site, day: today, label: "flushed", counter: 1 },
      { site, day: today, label: "new", counter: 2 },
      { site, day: today, label: "newest", counter: 1 },
      ...[1, 2, 3].map((age) => ({ site, day: addDays(today, -age), label: "flushed", counter: 1 + index })),
    ]);
    const byPlace = (one: (typeof rows)[number], other: (typeof rows)[number]): number =>
      other.day.localeCompare(one.day) || one.label.localeCompare(other.label) || one.site.localeCompare(other.site);
    expect(rows.map(({ site, day, label, counter }) => ({ site, day, label, counter }))).toEqual(
      expected.toSorted(byPlace),
    );
    const file = await readerRequest(`/api/export?from=${range.from}&to=${today}`);
    expect(file.status).toBe(200);
    expect((await file.text()).trim().split("\n")).toHaveLength(1 + expected.length);
    for (const path of ["", "statistics", "statistics?sort=counter", "statistics?group=site"]) {
      expect((await readerRequest(`/dashboard/${path}`)).status).toBe(200);
    }
    const sum = (rows: readonly { counter: number }[]): number =>
      rows.reduce((total, { counter }) => total + counter, 0);
    expect(sum((await sumsBy("day")) as typeof rows)).toBe(sum(expected));
  });
});

describe("a tail that is too much for a question", () => {
  it("is flushed first, and then read", { timeout: 120_000 }, async () => {
    // 20 MB of names of the longest kind, as 60 sites can bring them.
    const names = 24_000;
    await countBatch(env, "s00.example", batchOf("a"));
    const object = env.DAY_COUNTER.getByName(`${today}/0`);
    await runInDurableObject(object, (_, { storage }) => {
      storage.sql.exec(
        `INSERT INTO name SELECT value, printf('s%02d.example', value % 60), printf('%0250d', value), printf('%0100d', 1),
           printf('%0250d', 2) FROM (WITH RECURSIVE n(value) AS (SELECT 2 UNION ALL SELECT value + 1 FROM n WHERE value <= ?)
           SELECT value FROM n)`,
        names,
      );
      storage.sql.exec(
        `INSERT INTO journal SELECT 2, 0, 'an id', json_group_array(json_array(id, 1)) FROM name WHERE id > 1`,
      );
    });
    await evictDurableObject(object);
    for (const path of ["/dashboard/", "/dashboard/statistics?sort=counter", "/api/statistics"]) {
      expect((await readerRequest(path)).status).toBe(200);
    }
    expect(await sumsBy("day")).toEqual([{ day: today, counter: names + 1 }]);
    const [flushed] = (await env.DB.prepare("SELECT count(*) AS count FROM statistic").all<{ count: number }>())
      .results;
    expect(flushed).toEqual({ count: names + 1 });
  });
});

describe("an object that does not know its journal", () => {
  /** As with another JURISDICTION, or somebody else's database: objects of that name, but not these. */
  async function loseJournals(): Promise<void> {
    await countBatch(env, "", batchOf("a::d"));
    await flushAll(env);
    await countBatch(env, "", batchOf("a::d"));
    await runInDurableObject(env.DAY_COUNTER.getByName(`${today}/0`), (_, { storage }) => storage.deleteAll());
    await evictAllDurableObjects();
  }

  it("is a failure of flushes, reads and health, and stays listed", async () => {
    const errors = vi.spyOn(console, "error").mockImplementation(() => {});
    await loseJournals();
    expect((await flushAll(env)).failed).toEqual([`${today}/0`]);
    expect(errors.mock.calls.flat().join()).toContain("JURISDICTION");
    await expect(sumsBy("label")).rejects.toThrow("JURISDICTION");
    await expect(readAll()).rejects.toThrow("JURISDICTION");
    expect((await readerRequest("/get_stats/?dom_ids=d")).status).toBe(503);
    const health = await readerRequest("/healthz");
    expect(health.status).toBe(503);
    expect(await health.json()).toMatchObject({ ok: false, silent: [`${today}/0`] });
    expect(await (await readerRequest("/dashboard/health")).text()).toContain("no answer");
    expect(await listOpenObjects(env.DB)).toHaveLength(1);
  });

  it("was closed, where its day has been over for long: a D1 that was restored lists it", async () => {
    await loseJournals();
    vi.setSystemTime(Date.now() + 74 * 3_600_000);
    expect(await sumsBy("label")).toEqual([{ label: "a", counter: 1 }]);
    expect((await readAll()).tail).toEqual([]);
    expect((await flushAll(env)).failed).toEqual([]);
    expect(await listOpenObjects(env.DB)).toEqual([]);
    expect(await readStatistic()).toEqual({ [`${today} a::d`]: 1 });
    vi.useRealTimers();
  });
});

describe("what closes while it is read", () => {
  it("is read again from D1, where all of it is then", async () => {
    await countBatch(env, "", batchOf("a"));
    const first = await listOpenObjects(env.DB);
    let reads = 0;
    const read = await readExactly(
      env,
      "",
      () => true,
      async () => {
        const open = reads++ === 0 ? first : await listOpenObjects(env.DB);
        if (reads === 1) {
          // It closes between D1's answer and its own.
          await flushAll(env);
          await env.DB.prepare("UPDATE flush SET closed_at = 1").run();
          await runInDurableObject(env.DAY_COUNTER.getByName(`${today}/0`), (_, { storage }) => storage.deleteAll());
          await evictAllDurableObjects();
        }
        return { open, rows: await readStatistic() };
      },
    );
    expect(reads).toBe(2);
    expect(read).toMatchObject({ open: [], tail: [], rows: { [`${today} a::`]: 1 } });
  });
});

it("is exact though a flush moves the watermarks between the tails and the answer", async () => {
  await countBatch(env, "", batchOf("a"));
  let batches = 0;
  const db = new Proxy(env.DB, {
    get(target, name) {
      if (name !== "batch") return Reflect.get(target, name).bind(target) as unknown;
      return async (statements: D1PreparedStatement[]) => {
        // The second asks the question, with the tails of before.
        if (++batches === 2) await flushAll(env);
        return target.batch(statements);
      };
    },
  });
  expect(await sumsBy("label", { ...env, DB: db })).toEqual([{ label: "a", counter: 1 }]);
  expect(batches).toBeGreaterThan(2);
});
