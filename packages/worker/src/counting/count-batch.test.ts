import { makeBatchId, type Batch } from "@tracker/sdk/protocol";
import { evictAllDurableObjects } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { batchOf, readStatistic } from "../../test/batches.ts";
import type { Env } from "../env.ts";
import { listOpenObjects } from "../d1/objects.ts";
import type { DayCounterCalls } from "./contract.ts";
import { countBatch } from "./count-batch.ts";
import { flushAll } from "./flush.ts";

const today = new Date().toISOString().slice(0, 10);

/** A Worker of a version that has such a setting. */
function withShards(shards: number): Env {
  return { ...env, SHARDS: `${shards}` };
}

async function countAll(settings: Env, batches: readonly Batch[]): Promise<unknown[]> {
  return Promise.all(batches.map((batch) => countBatch(settings, "", batch)));
}

const NEW = { ok: true, duplicate: false };
const KNOWN = { ok: true, duplicate: true };

describe("a day's number of shards", () => {
  it.each([
    [4, 1],
    [1, 4],
    [3, 64],
  ])("is what its first batch found: %i, whatever a later version says (%i)", async (first, later) => {
    const batches = Array.from({ length: 20 }, () => batchOf("a"));
    expect(await countAll(withShards(first), batches)).toEqual(batches.map(() => NEW));
    // Another isolate, which has to learn it, and then a third after all objects have ended.
    expect(await countAll(withShards(later), batches)).toEqual(batches.map(() => KNOWN));
    await evictAllDurableObjects();
    expect(await countAll(withShards(later), batches)).toEqual(batches.map(() => KNOWN));
    const more = Array.from({ length: 20 }, () => batchOf("a"));
    await countAll(withShards(later), more);
    expect(await countAll(withShards(first), more)).toEqual(more.map(() => KNOWN));
    expect((await listOpenObjects(env.DB)).length).toBeLessThanOrEqual(first);
    await flushAll(env);
    expect(await readStatistic()).toEqual({ [`${today} a::`]: 40 });
  });

  it("is one, though two versions begin the day at the same moment", async () => {
    const batches = Array.from({ length: 20 }, () => batchOf("a"));
    const answers = await Promise.all([countAll(withShards(1), batches), countAll(withShards(5), batches)]);
    const firsts = batches.map((_, index) => answers.filter((all) => !(all[index] as typeof NEW).duplicate));
    expect(firsts.map(({ length }) => length)).toEqual(batches.map(() => 1));
    await flushAll(env);
    expect(await readStatistic()).toEqual({ [`${today} a::`]: 20 });
  });

  it("is kept by shard 0 alone, which no shard counts without", async () => {
    // FNV-1a of this id leads to shard 1 of 2.
    const batch = batchOf("a", { id: "A".repeat(22) });
    expect(await countBatch(withShards(2), "", batch)).toEqual(NEW);
    const kept = await Promise.all(
      [0, 1].map((shard) =>
        (env.DAY_COUNTER.getByName(`${today}/${shard}`) as unknown as DayCounterCalls).readIdentity(),
      ),
    );
    expect(kept).toMatchObject([{ shards: 2 }, { shards: 2 }]);
    const getByName = (name: string): unknown =>
      name.endsWith("/0") ? { fixShards: () => Promise.reject(new Error("lost")) } : env.DAY_COUNTER.getByName(name);
    const cutOff = { ...withShards(2), DAY_COUNTER: { getByName } } as unknown as Env;
    expect(await countBatch(cutOff, "", batch)).toEqual(KNOWN);
  });

  it("gives an error, and no count, where the objects do not agree", async () => {
    let shards = 2;
    const getByName = () => ({ count: async () => ({ ok: false, code: "other_shards", shards: shards++ }) });
    const odd = { ...env, DAY_COUNTER: { getByName } } as unknown as Env;
    await expect(countBatch(odd, "", batchOf("a", { id: makeBatchId() }))).rejects.toThrow("do not agree");
  });
});
