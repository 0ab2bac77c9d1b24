import type { Batch } from "@tracker/sdk/protocol";
import { readConfig, type Config } from "../config/config.ts";
import { refuseForAge } from "../model/closing.ts";
import type { Env } from "../env.ts";
import { callObject } from "./call-day-counter.ts";
import type { CountAnswer, SiteBatch } from "./contract.ts";
import { keyOf } from "../model/key.ts";

/** Counts a batch in the object that its `at` and its id lead to, the same for each retry. */
export async function countBatch(env: Env, site: string, { id, at, pings }: Batch): Promise<CountAnswer> {
  // Here too, so that an absurd `at` makes no object.
  const refusal = refuseForAge(at, Date.now());
  if (refusal) return { ok: false, code: refusal };
  const batch: SiteBatch = {
    id,
    at,
    keys: pings.map((ping) => keyOf(site, ping)),
    counts: pings.map(({ count }) => count),
  };
  return callObject(env, objectOf(readConfig(env), id, at), (stub) => stub.count(batch));
}

/**
 * The object's name, `<day>/<shard>`. The shard depends on the batch, not on its labels, so that a hot label spreads out; the
 * number of shards depends on the day alone, so that a change of the setting moves no batch that may be sent again.
 */
function objectOf({ calendar, shards }: Config, id: string, at: number): string {
  const day = calendar.dayOf(at);
  const { count } = shards.findLast(({ from }) => from <= day)!;
  return `${day}/${hash(id) % count}`;
}

/** FNV-1a: ids are random, so any hash spreads them. */
function hash(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash >>> 0;
}
