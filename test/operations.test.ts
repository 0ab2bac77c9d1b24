import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { countCase, dollarsPerMillion, type Counted } from "../bench/cost.ts";
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

describe("the cost", () => {
  it("is at most $0.20 a million pings at 100 pings/s and 5 a batch, as npm run bench counted", () => {
    const file = join(import.meta.dirname, "../bench/results.json");
    const stored = JSON.parse(readFileSync(file, "utf8")) as Record<string, { result: unknown }>;
    const counted = Object.fromEntries(Object.entries(stored).map(([name, { result }]) => [name, result]));
    expect(dollarsPerMillion(countCase(counted as unknown as Counted, 100, 5))).toBeLessThanOrEqual(0.2);
  });
});
