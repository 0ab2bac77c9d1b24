import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bill, dollarsPerMillion } from "../bench/cost.ts";
import { countDay, type Counted, type Day } from "../bench/lib/day.ts";
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

describe("the cost of 100,000 actions a day, as npm run bench counted", () => {
  const file = join(import.meta.dirname, "../bench/results.json");
  const stored = JSON.parse(readFileSync(file, "utf8")) as Record<string, { result: unknown }>;
  const counted = Object.fromEntries(Object.entries(stored).map(([name, { result }]) => [name, result]));
  const day: Day = countDay(counted as unknown as Counted, 100_000);

  it("is little more than the fee of Workers Paid", () => {
    expect(Math.max(bill(day, "by event"), bill(day, "by GB"))).toBeLessThanOrEqual(5.3);
  });

  it("is at most $2.20 a million beyond what the plan includes", () => {
    expect(dollarsPerMillion(day)).toBeLessThanOrEqual(2.2);
  });
});
