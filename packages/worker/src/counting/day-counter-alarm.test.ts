import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { readStatistic } from "../../test/batches.ts";
import { NOON, journal, siteBatch, source, stub, tail } from "../../test/day-counter.ts";
import type { CountAnswer } from "./contract.ts";

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
