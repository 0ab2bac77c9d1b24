import { makeBatchId } from "@tracker/sdk/protocol";
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { NOON, OBJECT, journal, siteBatch, source, stub, tail } from "../../test/day-counter.ts";
import { Journal } from "../journal/journal.ts";

const HOUR_MS = 3_600_000;

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
