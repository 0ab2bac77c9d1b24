import type { Batch } from "@tracker/sdk/protocol";
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { batchesOf, batchOf, readerRequest, readStatistic } from "../../test/batches.ts";
import { countBatch } from "./count-batch.ts";
import type { Env } from "../env.ts";
import { flushAll } from "./flush.ts";
import { ANSWER_WITHIN_MS } from "./call-day-counter.ts";

/** Real objects whose calls fail `times` times with such an error: the platform's own flags decide what may be tried again. */
function failingObjects(flags: Record<string, boolean>, moment: "before" | "after", times: number) {
  const calls: string[] = [];
  const getByName = (name: string): unknown =>
    new Proxy(env.DAY_COUNTER.getByName(name), {
      get: (stub, method: "count") => async (argument: never) => {
        calls.push(method);
        const isFailing = times-- > 0;
        if (isFailing && moment == "before") throw Object.assign(new Error("lost"), flags);
        const answer = await stub[method](argument);
        if (isFailing) throw Object.assign(new Error("lost"), flags);
        return answer;
      },
    });
  return { calls, env: { ...env, DAY_COUNTER: { getByName } } as unknown as Env };
}

describe("callObject", () => {
  it.each([
    ["before", false],
    ["after", true],
  ] as const)("tries a retryable error %s the commit once more, and counts once", async (moment, duplicate) => {
    const failing = failingObjects({ retryable: true }, moment, 1);
    expect(await countBatch(failing.env, "", batchOf("a"))).toEqual({ ok: true, duplicate });
    expect(failing.calls).toEqual(["count", "count"]);
    expect(await flushAll(env)).toMatchObject({ statistics: 1 });
  });

  it("tries once more where the instance ended", async () => {
    const failing = failingObjects({ durableObjectReset: true }, "before", 1);
    expect(await countBatch(failing.env, "", batchOf("a"))).toEqual({ ok: true, duplicate: false });
  });

  it.each([{ retryable: true, overloaded: true }, { overloaded: true }, {}])("never tries %o again", async (flags) => {
    const failing = failingObjects(flags, "before", 1);
    await expect(countBatch(failing.env, "", batchOf("a"))).rejects.toThrow("lost");
    expect(failing.calls).toHaveLength(1);
  });

  it("gives up after the second failure", async () => {
    const failing = failingObjects({ retryable: true }, "before", 2);
    await expect(countBatch(failing.env, "", batchOf("a"))).rejects.toThrow("lost");
    expect(failing.calls).toHaveLength(2);
  });
});

/** Makes a real object answer nobody, until it is let go. No promise is shared with it: each has its own I/O. */
async function hang(object: string): Promise<{ letGo: () => void }> {
  const hanging = { isBegun: false, isOver: false };
  void runInDurableObject(env.DAY_COUNTER.getByName(object), (_, state) => {
    hanging.isBegun = true;
    void state.blockConcurrencyWhile(async () => {
      while (!hanging.isOver) await scheduler.wait(10);
    });
  });
  while (!hanging.isBegun) await scheduler.wait(10);
  return { letGo: () => (hanging.isOver = true) };
}

describe("an object that hangs", () => {
  it("holds up neither the flush of the others, nor a read or a ping for ever; in the end all is exact", async () => {
    const errors = vi.spyOn(console, "error").mockImplementation(() => {});
    const sharded = { ...env, SHARDS: "4" };
    const [first, second] = [batchesOf("a::d", "first"), batchesOf("a::d", "second")];
    const countAll = (batches: Batch[]) =>
      Promise.all(batches.map((batch) => countBatch(sharded, "", batch).catch(() => "not answered")));
    await countAll(first);
    const day = new Date().toISOString().slice(0, 10);
    const silent = `${day}/2`;
    const { letGo } = await hang(silent);
    const [report, stats, answers] = await Promise.all([
      flushAll(sharded),
      readerRequest("/get_stats/?dom_ids=d"),
      countAll(second),
    ]);
    expect(report).toMatchObject({ statistics: 1, objects: 3, failed: [silent] });
    expect(errors.mock.calls).toContainEqual([
      JSON.stringify({ event: "tail_failed", reason: `no answer within ${ANSWER_WITHIN_MS} ms`, object: silent }),
    ]);
    expect(stats.status).toBe(503);
    expect(await stats.json()).toMatchObject({ error: { code: "unavailable" } });
    expect(answers).toContain("not answered");
    expect(answers).toContainEqual({ ok: true, duplicate: false });
    letGo();
    await countAll(second);
    await flushAll(sharded);
    expect(await readStatistic()).toEqual({ [`${day} a::d`]: 40 });
  });
});
