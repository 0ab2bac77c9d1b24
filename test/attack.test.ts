import { expect, it } from "vitest";
import { runCardinality } from "./attacks/labels.ts";
import { runStorm } from "./attacks/storm.ts";

// The long forms, a million labels and a minute of flood: npm run attack -- labels storm.
it("writes no more rows for invented labels than the cap has, and counts every one", async () => {
  const figures = await runCardinality(30_000, 1_000);
  // The cap, (other), and the listed label's own (other).
  expect(figures).toMatchObject({ wrongHonest: 0, names: 1_002, statistics: 1_002 });
  expect(figures.counted).toBe(figures.invented + figures.honest);
  expect(figures.journalRows).toBeLessThan(60);
  expect(figures.memory.heapMb.most).toBeLessThan(64);
});

it("counts honest clients exactly through a flood", async () => {
  const { statuses, ...figures } = await runStorm(4);
  expect(figures).toMatchObject({ lost: 0, doubled: 0 });
  expect(figures.honestBatches).toBeGreaterThan(4);
  expect(figures.requests).toBeGreaterThan(200);
  expect(Object.keys(statuses)).toEqual(expect.arrayContaining(["200", "400", "401", "403"]));
  expect(Object.keys(statuses).filter((status) => status[0] == "5")).toEqual([]);
});
