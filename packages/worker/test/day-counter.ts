/** An object that counts a day, at noon of that day. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, vi } from "vitest";
import type { SiteBatch, TailQuery } from "../src/counting/contract.ts";
import type { DayCounter } from "../src/counting/day-counter.ts";
import { TailSums } from "../src/counting/tail-sums.ts";
import { keyOf } from "../src/model/key.ts";
import { batchOf } from "./batches.ts";

/** When the clock starts in each test. */
export const NOON = Date.UTC(2027, 0, 10, 12);
export const OBJECT = "2027-01-10/0";

vi.setSystemTime(NOON);
afterEach(() => void vi.setSystemTime(NOON));

export function stub(): DurableObjectStub<DayCounter> {
  return env.DAY_COUNTER.getByName(OBJECT);
}

/** A batch of a labels string as an object is sent it. */
export function siteBatch(labels: string, fields: Partial<SiteBatch> = {}): SiteBatch {
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

/** The rows of its journal. */
export function journal(): Promise<{ id: number; batches: string; pings: string }[]> {
  return runInDurableObject(stub(), (_, { storage }) =>
    storage.sql
      .exec<{ id: number; batches: string; pings: string }>("SELECT id, batches, pings FROM journal")
      .toArray(),
  );
}

/** The id of its journal. */
export function source(): Promise<string> {
  return runInDurableObject(
    stub(),
    (_, { storage }) => storage.sql.exec<{ source: string }>("SELECT source FROM state").one().source,
  );
}

/** What it has counted after a row of its journal, summed. */
export async function tail(after = 0, maxRows = 1_000, part: Partial<TailQuery> = {}) {
  const answer = await stub().readTail({ source: await source(), after, maxRows, ...part });
  if (answer.gone) throw new Error("gone");
  const sums = new TailSums();
  sums.add(answer.increments);
  return { ...answer, increments: [...sums] };
}
