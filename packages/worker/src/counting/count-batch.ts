import type { Batch, Day } from "@tracker/sdk/protocol";
import { readConfig } from "../config/config.ts";
import { refuseForAge } from "../model/closing.ts";
import type { Env } from "../env.ts";
import { callObject } from "./call-day-counter.ts";
import type { CountAnswer, Counted, SiteBatch } from "./contract.ts";
import { keyOf } from "../model/key.ts";

/**
 * Counts a batch in the object that its `at` and its id lead to, the same for each retry.
 *
 * The shard depends on the batch, not on its labels, so that a hot label spreads out. The number of shards belongs to the day: a day's
 * first batch fixes it, and its objects tell it to whoever believes in another.
 */
export async function countBatch(env: Env, site: string, { id, at, page, pings }: Batch): Promise<Counted> {
  // Here too, so that an absurd `at` makes no object.
  const refusal = refuseForAge(at, Date.now());
  if (refusal) return { ok: false, code: refusal };
  const batch: Omit<SiteBatch, "shards"> = {
    id,
    at,
    keys: pings.map((ping) => keyOf(site, ping, page)),
    counts: pings.map(({ count }) => count),
  };
  const { calendar, shards } = readConfig(env);
  const day = calendar.dayOf(at);
  const fixed = fixedShardsOf(env);
  const answer = await countIn(env, day, fixed.get(day) ?? shards, batch);
  if (answer.ok || answer.code !== "other_shards") return answer;
  // A handful of days are open at once.
  if (fixed.size >= DAYS_REMEMBERED) fixed.clear();
  fixed.set(day, answer.shards);
  const again = await countIn(env, day, answer.shards, batch);
  if (again.ok || again.code !== "other_shards") return again;
  throw new Error(`the objects of ${day} do not agree on its number of shards: ${answer.shards}, ${again.shards}`);
}

const DAYS_REMEMBERED = 10;
/** By day: how many shards it has, where SHARDS has changed since it began. */
const fixedShards = new WeakMap<Env, Map<Day, number>>();

function fixedShardsOf(env: Env): Map<Day, number> {
  let days = fixedShards.get(env);
  if (!days) fixedShards.set(env, (days = new Map()));
  return days;
}

function countIn(env: Env, day: Day, shards: number, batch: Omit<SiteBatch, "shards">): Promise<CountAnswer> {
  return callObject(env, `${day}/${hash(batch.id) % shards}`, (stub) => stub.count({ ...batch, shards }));
}

/** FNV-1a: ids are random, so any hash spreads them. */
function hash(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash >>> 0;
}
