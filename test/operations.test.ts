import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bill, dollarsPerMillion } from "../bench/cost.ts";
import { countDay, type Counted, type Day } from "../bench/lib/day.ts";
import { mixOf } from "../bench/visits/mix.ts";
import { startFullServer, type FullServer } from "../bench/lib/miniflare.ts";
import { encodeBatch, makeBatchId, type Ping } from "../packages/sdk/src/protocol.ts";

// What is billed, as counts: they do not depend on the machine.

const NAMES = 50;

describe("D1 rows written by a flush", () => {
  let server: FullServer;
  beforeAll(async () => {
    server = await startFullServer();
  });
  afterAll(() => server.stop());

  async function countPings(names: number): Promise<void> {
    const pings = Array.from({ length: names }, (_, index): Ping => ({
      label: "click",
      category: "links",
      domId: `link${index}`,
      count: 1,
    }));
    const body = encodeBatch({ id: makeBatchId(), at: Date.now(), pings });
    await server.request("/track/", { method: "POST", body });
  }

  async function flush(): Promise<number> {
    await server.operations();
    await server.request("/report/");
    return (await server.operations()).rowsWritten;
  }

  it("are two for a new statistic with a DOM id, one for a changed one, and one for the object", async () => {
    await countPings(NAMES);
    expect(await flush()).toBe(2 * NAMES + 1);
    for (let batch = 0; batch < 5; batch++) await countPings(NAMES);
    expect(await flush()).toBe(NAMES + 1);
    expect(await flush()).toBe(0);
  });
});

describe("as npm run bench counted", () => {
  const file = join(import.meta.dirname, "../bench/results.json");
  const stored = JSON.parse(readFileSync(file, "utf8")) as Record<string, { result: unknown }>;
  const counted = Object.fromEntries(Object.entries(stored).map(([name, { result }]) => [name, result]));
  const { visits } = counted as unknown as Counted;
  const day: Day = countDay(counted as unknown as Counted, 100_000);

  it("a page view takes two requests, and an action a third of one", () => {
    const { medianRequests, requestsPerAction } = mixOf(visits.models);
    expect(medianRequests).toBeLessThanOrEqual(2);
    expect(requestsPerAction).toBeLessThanOrEqual(0.35);
  });

  it("no action of visits with faults is lost or doubled, and none doubled of browsers that are killed", () => {
    expect(visits.faulty).toMatchObject({ lost: 0, doubled: 0 });
    expect(visits.killed.doubled).toBe(0);
  });

  it("100,000 actions a day cost hardly more than the fee of Workers Paid, and at most $1.30 a million beyond it", () => {
    expect(Math.max(bill(day, "by event"), bill(day, "by GB"))).toBeLessThanOrEqual(5.05);
    expect(dollarsPerMillion(day)).toBeLessThanOrEqual(1.3);
  });
});
