import { makeBatchId } from "@tracker/sdk/protocol";
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { batchOf, readStatistic } from "../../test/batches.ts";
import type { DayCounter } from "./day-counter.ts";
import type { CountAnswer, SiteBatch, TailQuery } from "./contract.ts";
import { TailSums } from "./tail-sums.ts";
import { Journal } from "../journal/journal.ts";
import { keyOf } from "../model/key.ts";

const HOUR_MS = 3_600_000;
const NOON = Date.UTC(2027, 0, 10, 12);
const OBJECT = "2027-01-10/0";

function stub(): DurableObjectStub<DayCounter> {
  return env.DAY_COUNTER.getByName(OBJECT);
}

function siteBatch(labels: string, fields: Partial<SiteBatch> = {}): SiteBatch {
  const { id, at, pings } = batchOf(labels);
  return {
    id,
    at,
    keys: pings.map((ping) => keyOf("", ping)),
    counts: pings.map(({ count }) => count),
    shards: 1,
    ...fields,
  };
}

function journal(): Promise<{ id: number; batches: string; pings: string }[]> {
  return runInDurableObject(stub(), (_, { storage }) =>
    storage.sql
      .exec<{ id: number; batches: string; pings: string }>("SELECT id, batches, pings FROM journal")
      .toArray(),
  );
}

function source(): Promise<string> {
  return runInDurableObject(
    stub(),
    (_, { storage }) => storage.sql.exec<{ source: string }>("SELECT source FROM state").one().source,
  );
}

async function tail(after = 0, maxRows = 1_000, part: Partial<TailQuery> = {}) {
  const answer = await stub().readTail({ source: await source(), after, maxRows, ...part });
  if (answer.gone) throw new Error("gone");
  const sums = new TailSums();
  sums.add(answer.increments);
  return { ...answer, increments: [...sums] };
}

vi.setSystemTime(NOON);
afterEach(() => void vi.setSystemTime(NOON));

describe("count", () => {
  it("puts a batch into one journal row before it answers", async () => {
    const batch = siteBatch("a|b:c:d|a");
    expect(await stub().count(batch)).toEqual({ ok: true, duplicate: false });
    expect(await journal()).toEqual([{ id: 1, batches: batch.id, pings: "[[1,2],[2,1]]" }]);
  });

  it("counts a batch once, however often and however closely it comes", async () => {
    const batch = siteBatch("a");
    const answers = await Promise.all(Array.from({ length: 5 }, () => stub().count(batch)));
    expect(answers.filter((answer) => answer.ok && !answer.duplicate)).toHaveLength(1);
    expect(await stub().count(batch)).toEqual({ ok: true, duplicate: true });
    expect(await tail()).toMatchObject({ increments: [["", "a", "", "", 1]] });
  });

  it("counts a batch once that comes again while it waits for the row before it", async () => {
    const batch = siteBatch("a");
    const answers = await Promise.all([stub().count(siteBatch("b")), stub().count(batch), stub().count(batch)]);
    expect(answers.filter((answer) => answer.ok && !answer.duplicate)).toHaveLength(2);
    expect((await journal()).map(({ batches }) => batches.split(" ")).flat()).toHaveLength(2);
  });

  it("counts a batch once that comes again with a corrected `at`", async () => {
    const batch = siteBatch("a");
    await stub().count(batch);
    for (const hours of [-11, -1, 0]) {
      const corrected = { ...batch, at: NOON + hours * HOUR_MS };
      expect(await stub().count(corrected)).toEqual({ ok: true, duplicate: true });
    }
    expect(await tail()).toMatchObject({ increments: [["", "a", "", "", 1]] });
  });

  it("knows a batch 47 hours later, after an eviction; at 49 hours it is too old", async () => {
    const batch = siteBatch("a");
    await stub().count(batch);
    await evictDurableObject(stub());
    vi.setSystemTime(NOON + 47 * HOUR_MS);
    expect(await stub().count(batch)).toEqual({ ok: true, duplicate: true });
    vi.setSystemTime(NOON + 49 * HOUR_MS);
    expect(await stub().count(batch)).toEqual({ ok: false, code: "too_old" });
    expect(await tail()).toMatchObject({ increments: [["", "a", "", "", 1]] });
  });

  it("answers after the storage has confirmed the row, not before", async () => {
    await stub().count(siteBatch("a"));
    const events: string[] = [];
    await runInDurableObject(stub(), (_, { storage }) => {
      const sync = storage.sync.bind(storage);
      Object.assign(storage, {
        sync: async () => {
          await scheduler.wait(50);
          await sync();
          events.push("confirmed");
        },
      });
    });
    const batch = siteBatch("b");
    await Promise.all(
      [stub().count(batch), stub().count(batch)].map((answer) => answer.then(() => events.push("answered"))),
    );
    expect(events).toEqual(["confirmed", "answered", "answered"]);
  });

  it("refuses what is sealed ahead of its clock", async () => {
    expect(await stub().count(siteBatch("a", { at: NOON + 6 * 60_000 }))).toEqual({ ok: false, code: "clock_ahead" });
    expect(await stub().count(siteBatch("a", { at: NOON + 4 * 60_000 }))).toEqual({ ok: true, duplicate: false });
  });

  it("shares a row between batches that come together", async () => {
    await stub().count(siteBatch("first"));
    await Promise.all(Array.from({ length: 40 }, () => stub().count(siteBatch("a|b"))));
    expect((await journal()).length).toBeLessThan(10);
    expect(await tail()).toMatchObject({
      increments: [
        ["", "first", "", "", 1],
        ["", "a", "", "", 40],
        ["", "b", "", "", 40],
      ],
    });
  });

  it("counts keys beyond the cap under (other), and known ones still under their own name", async () => {
    // vitest.config.ts sets the cap to 100.
    const labels = Array.from({ length: 150 }, (_, index) => `label${index}`).join("|");
    await stub().count(siteBatch(labels));
    await stub().count(siteBatch("label0|new"));
    const { increments } = await tail();
    expect(increments).toContainEqual(["", "label0", "", "", 2]);
    expect(increments).toContainEqual(["", "(other)", "", "", 51]);
    expect(increments.reduce((sum, [, , , , count]) => sum + count, 0)).toBe(152);
  });

  it("counts what was seen beyond the cap apart from actions", async () => {
    const labels = Array.from({ length: 99 }, (_, index) => `label${index}`).join("|");
    await stub().count(siteBatch(`${labels}|(seen):shop:a|(seen):shop:b|(seen):shop:c|new`));
    const { increments } = await tail();
    expect(increments).toContainEqual(["", "(seen)", "shop", "a", 1]);
    expect(increments).toContainEqual(["", "(seen)", "(other)", "", 2]);
    expect(increments).toContainEqual(["", "(other)", "", "", 1]);
  });

  it("announces itself in D1 before its first answer", async () => {
    await stub().count(siteBatch("a"));
    const { results } = await env.DB.prepare("SELECT source, object, day, watermark, closed_at FROM flush").all();
    expect(results).toEqual([
      { source: await source(), object: OBJECT, day: "2027-01-10", watermark: 0, closed_at: null },
    ]);
  });

  it("announces itself before it answers a retry whose first answer was lost with the instance", async () => {
    const batch = siteBatch("a");
    await stub().count(batch);
    // As if it had ended between its first row and D1's answer.
    await runInDurableObject(stub(), (_, { storage }) => void storage.sql.exec("UPDATE state SET announced = 0"));
    await env.DB.prepare("DELETE FROM flush").run();
    await evictDurableObject(stub());
    expect(await stub().count(batch)).toEqual({ ok: true, duplicate: true });
    expect((await env.DB.prepare("SELECT object FROM flush").all()).results).toEqual([{ object: OBJECT }]);
  });

  it("gives an error, never a false answer, when the journal cannot be written; the next try is right", async () => {
    await stub().count(siteBatch("a"));
    const execute = (sql: string): Promise<void> =>
      runInDurableObject(stub(), (_, { storage }) => void storage.sql.exec(sql));
    await execute("CREATE TRIGGER full BEFORE INSERT ON journal BEGIN SELECT raise(ABORT, 'disk full'); END");
    const batch = siteBatch("b|b");
    const answers = await Promise.allSettled([stub().count(batch), stub().count(siteBatch("c"))]);
    expect(answers.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    await execute("DROP TRIGGER full");
    expect(await stub().count(batch)).toEqual({ ok: true, duplicate: false });
    expect(await tail()).toMatchObject({
      increments: [
        ["", "a", "", "", 1],
        ["", "b", "", "", 2],
      ],
    });
  });

  it("waits a second for D1 before its first answer, and no more after that", async () => {
    await runInDurableObject(stub(), (instance) => {
      const hanging = { bind: () => hanging, run: () => new Promise(() => {}) };
      Object.assign(instance, { env: { ...env, DB: { prepare: () => hanging } } });
    });
    const start = performance.now();
    expect(await stub().count(siteBatch("a"))).toEqual({ ok: true, duplicate: false });
    const afterFirst = performance.now();
    expect(afterFirst - start).toBeGreaterThan(900);
    expect(await stub().count(siteBatch("a"))).toEqual({ ok: true, duplicate: false });
    expect(performance.now() - afterFirst).toBeLessThan(900);
  });

  it("answers while D1 is down, and announces itself by its alarm", async () => {
    await env.DB.prepare("ALTER TABLE flush RENAME TO gone").run();
    expect(await stub().count(siteBatch("a"))).toEqual({ ok: true, duplicate: false });
    await runDurableObjectAlarm(stub());
    await env.DB.prepare("ALTER TABLE gone RENAME TO flush").run();
    expect(await runDurableObjectAlarm(stub())).toBe(true);
    expect((await env.DB.prepare("SELECT object FROM flush").all()).results).toEqual([{ object: OBJECT }]);
  });
});

describe("an idle object", () => {
  it("reads neither its names nor its ids when it wakes to say that nothing is new", async () => {
    await stub().count(siteBatch("a|b|c"));
    const query = { source: await source(), after: (await tail()).upto, maxRows: 10 };
    await evictDurableObject(stub());
    const names = vi.spyOn(Journal.prototype, "names");
    const ids = vi.spyOn(Journal.prototype, "batchesAfter");
    expect(await stub().readBacklog(query)).toMatchObject({ gone: false, names: 0, more: false });
    expect(await stub().readTail(query)).toMatchObject({ gone: false, increments: [] });
    expect([names.mock.calls.length, ids.mock.calls.length]).toEqual([0, 0]);
    await stub().count(siteBatch("a"));
    expect([names.mock.calls.length, ids.mock.calls.length]).toEqual([1, 1]);
  });

  it("can hibernate: once it has answered no timer is left", async () => {
    const pending = new Set<unknown>();
    const { setTimeout: set, clearTimeout: clear } = globalThis;
    const wait = scheduler.wait.bind(scheduler);
    const begin = vi.spyOn(globalThis, "setTimeout").mockImplementation((callback: () => void, ms?: number) => {
      const id = set(() => {
        pending.delete(id);
        callback();
      }, ms);
      pending.add(id);
      return id;
    });
    vi.spyOn(globalThis, "clearTimeout").mockImplementation((id) => {
      pending.delete(id);
      clear(id);
    });
    vi.spyOn(scheduler, "wait").mockImplementation(async (ms) => {
      const waiting = Symbol();
      pending.add(waiting);
      await wait(ms);
      pending.delete(waiting);
    });
    const batch = siteBatch("a");
    await stub().count(batch);
    await Promise.all([batch, siteBatch("b"), siteBatch("c"), siteBatch("d")].map((one) => stub().count(one)));
    await tail();
    expect(begin).toHaveBeenCalled();
    expect(pending.size).toBe(0);
    vi.restoreAllMocks();
  });
});

describe("readTail", () => {
  it("gives for any watermark the sum of the rows after it", async () => {
    for (const labels of ["a", "a|b", "b|b"]) await stub().count(siteBatch(labels));
    expect(await tail(0)).toMatchObject({
      upto: 3,
      more: false,
      increments: [
        ["", "a", "", "", 2],
        ["", "b", "", "", 3],
      ],
    });
    expect(await tail(2)).toMatchObject({ upto: 3, more: false, increments: [["", "b", "", "", 2]] });
    expect(await tail(3)).toMatchObject({ upto: 3, more: false, increments: [] });
    expect(await tail(1, 1)).toMatchObject({ upto: 2, more: true });
    expect(await tail(2)).toMatchObject({ upto: 3, increments: [["", "b", "", "", 2]] });
  });

  it("is gone for another source, and asking makes nothing", async () => {
    expect(await stub().readTail({ source: makeBatchId(), after: 0, maxRows: 1 })).toEqual({ gone: true });
    const tables = await runInDurableObject(stub(), (_, { storage }) =>
      storage.sql.exec("SELECT name FROM sqlite_master WHERE name NOT LIKE '\\_cf%' ESCAPE '\\'").toArray(),
    );
    expect(tables).toEqual([]);
  });
});

describe("alarm", () => {
  const CLOSING = Date.UTC(2027, 0, 13, 1);

  it("closes the day 49 hours after it ended: D1 has all, the object has nothing", async () => {
    await stub().count(siteBatch("a|b"));
    const before = await source();
    vi.setSystemTime(CLOSING);
    expect(await runDurableObjectAlarm(stub())).toBe(true);
    expect(await readStatistic()).toEqual({ "2027-01-10 a::": 1, "2027-01-10 b::": 1 });
    expect(await env.DB.prepare("SELECT watermark, closed_at FROM flush").first()).toEqual({
      watermark: 1,
      closed_at: CLOSING,
    });
    expect(await stub().readTail({ source: before, after: 0, maxRows: 1 })).toEqual({ gone: true });
    expect(await stub().count(siteBatch("a", { at: NOON }))).toEqual({ ok: false, code: "too_old" });
  });

  it("is set anew by the next call, should the platform have given it up", async () => {
    await stub().count(siteBatch("a"));
    await runInDurableObject(stub(), (_, { storage }) => storage.deleteAlarm());
    await evictDurableObject(stub());
    await tail();
    vi.setSystemTime(CLOSING);
    expect(await runDurableObjectAlarm(stub())).toBe(true);
    expect(await env.DB.prepare("SELECT closed_at FROM flush").first()).toEqual({ closed_at: CLOSING });
  });

  it.each([1, 2, 3, 4, 5].flatMap((call) => (["before", "after"] as const).map((moment) => [call, moment] as const)))(
    "is exact when call %i to D1 fails %s it is done, and the instance ends there",
    async (failing, moment) => {
      await stub().count(siteBatch("a|b"));
      vi.setSystemTime(CLOSING);
      let calls = 0;
      await runInDurableObject(stub(), (instance) => {
        const failAt =
          <Answer>(run: () => Promise<Answer>) =>
          async (): Promise<Answer> => {
            const isFailing = ++calls >= failing;
            if (isFailing && (calls > failing || moment === "before"))
              throw new Error("D1_ERROR: Network connection lost.");
            const answer = await run();
            if (isFailing) throw new Error("D1_ERROR: Network connection lost.");
            return answer;
          };
        const failingStatement = (statement: D1PreparedStatement): object => ({
          statement,
          bind: (...values: unknown[]) => failingStatement(statement.bind(...values)),
          run: failAt(() => statement.run()),
          all: failAt(() => statement.all()),
        });
        const DB = {
          prepare: (sql: string) => failingStatement(env.DB.prepare(sql)),
          batch: (statements: { statement: D1PreparedStatement }[]) =>
            failAt(() => env.DB.batch(statements.map(({ statement }) => statement)))(),
        };
        Object.assign(instance, { env: { ...env, DB } });
      });
      expect(await runDurableObjectAlarm(stub())).toBe(true);
      expect(calls).toBeGreaterThanOrEqual(failing);
      await evictDurableObject(stub());
      expect(await runDurableObjectAlarm(stub())).toBe(true);
      expect(await readStatistic()).toEqual({ "2027-01-10 a::": 1, "2027-01-10 b::": 1 });
      expect(await env.DB.prepare("SELECT watermark, closed_at FROM flush").first()).toEqual({
        watermark: 1,
        closed_at: CLOSING,
      });
      expect(await runDurableObjectAlarm(stub())).toBe(false);
    },
  );

  it("refuses a ping while it closes, whatever its clock says", async () => {
    await stub().count(siteBatch("a"));
    await runInDurableObject(stub(), (_, { storage }) => void storage.sql.exec("UPDATE state SET closes_at = 0"));
    await evictDurableObject(stub());
    const closed = new AbortController();
    const closing = runDurableObjectAlarm(stub()).finally(() => closed.abort());
    const answers: CountAnswer[] = [];
    do answers.push(await stub().count(siteBatch("b")));
    while (!closed.signal.aborted && answers.at(-1)!.ok);
    await closing;
    expect(answers.at(-1)).toEqual({ ok: false, code: "too_old" });
    const { "2027-01-10 a::": a, "2027-01-10 b::": b = 0 } = await readStatistic();
    expect({ a, b }).toEqual({ a: 1, b: answers.filter(({ ok }) => ok).length });
  });

  it("keeps everything while D1 is down, and tries again", async () => {
    await stub().count(siteBatch("a"));
    vi.setSystemTime(CLOSING);
    await env.DB.prepare("ALTER TABLE flush RENAME TO gone").run();
    for (let attempt = 0; attempt < 8; attempt++) expect(await runDurableObjectAlarm(stub())).toBe(true);
    expect(await journal()).toHaveLength(1);
    await env.DB.prepare("ALTER TABLE gone RENAME TO flush").run();
    expect(await runDurableObjectAlarm(stub())).toBe(true);
    expect(await readStatistic()).toEqual({ "2027-01-10 a::": 1 });
    expect(await runDurableObjectAlarm(stub())).toBe(false);
  });
});
