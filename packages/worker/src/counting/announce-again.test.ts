import { listDurableObjectIds, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it, vi } from "vitest";
import { batchesOf, batchOf, readStatistic } from "../../test/batches.ts";
import { listOpenObjects } from "../d1/objects.ts";
import type { Env } from "../env.ts";
import { announceAgain } from "./announce-again.ts";
import { countBatch } from "./count-batch.ts";
import { flushAll } from "./flush.ts";

const HOUR_MS = 3_600_000;
const sharded: Env = { ...env, SHARDS: "4" };

it("makes a D1 whole that was restored to a time before it knew the objects", async () => {
  const today = new Date().toISOString().slice(0, 10);
  const yesterday = new Date(Date.now() - 24 * HOUR_MS).toISOString().slice(0, 10);
  for (let batch = 0; batch < 20; batch++) {
    await countBatch(sharded, "", batchOf("a"));
    await countBatch(sharded, "", batchOf("a", { at: Date.now() - 24 * HOUR_MS }));
  }
  const open = await listOpenObjects(env.DB);
  expect(open.length).toBeGreaterThan(2);
  await flushAll(env);
  await env.DB.batch(["DELETE FROM flush", "DELETE FROM statistic"].map((sql) => env.DB.prepare(sql)));
  await announceAgain(sharded, Date.now());
  expect(await listOpenObjects(env.DB)).toEqual(open);
  await flushAll(env);
  expect(await readStatistic()).toEqual({ [`${today} a::`]: 20, [`${yesterday} a::`]: 20 });
  // Known ones stay as they are.
  await announceAgain(sharded, Date.now());
  await flushAll(env);
  expect(await readStatistic()).toEqual({ [`${today} a::`]: 20, [`${yesterday} a::`]: 20 });
});

it("makes no object", async () => {
  await announceAgain(sharded, Date.now());
  for (const id of await listDurableObjectIds(env.DAY_COUNTER)) {
    const tables = await runInDurableObject(env.DAY_COUNTER.get(id), (_, { storage }) =>
      storage.sql.exec("SELECT name FROM sqlite_master WHERE name NOT LIKE '\\_cf%' ESCAPE '\\'").toArray(),
    );
    expect(tables).toEqual([]);
  }
  expect(await listOpenObjects(env.DB)).toEqual([]);
});

it("goes on where one does not answer", async () => {
  const errors = vi.spyOn(console, "error").mockImplementation(() => {});
  for (const batch of batchesOf("a")) await countBatch(sharded, "", batch);
  const open = await listOpenObjects(env.DB);
  expect(open).toHaveLength(4);
  await env.DB.prepare("DELETE FROM flush").run();
  const getByName = (name: string): unknown =>
    name === open[1]!.object
      ? { readIdentity: () => Promise.reject(new Error("lost")) }
      : env.DAY_COUNTER.getByName(name);
  await announceAgain({ ...sharded, DAY_COUNTER: { getByName } } as unknown as Env, Date.now());
  expect(await listOpenObjects(env.DB)).toEqual(open.filter((one) => one !== open[1]));
  expect(errors).toHaveBeenCalledTimes(1);
});
