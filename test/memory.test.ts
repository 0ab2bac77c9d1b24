import { expect, it } from "vitest";
import { runFullDays } from "./support/full-days-run.ts";

// What the platform gives to an isolate; here Worker and all three objects share one.
const ISOLATE_MB = 128;

it("shows, exports and flushes three days that are as full as they can be, within an isolate's memory", async () => {
  const { chars, counted, flushed, memory } = await runFullDays();
  expect(chars).toBeGreaterThan(9_000_000);
  expect(flushed).toBe(counted);
  const most = Object.fromEntries(Object.entries(memory).map(([name, { heapMb }]) => [name, heapMb.most]));
  // oxlint-disable-next-line no-console -- The figures that docs/reliability.md has.
  console.log(JSON.stringify(memory));
  for (const [name, mb] of Object.entries(most)) expect(mb, name).toBeLessThan(ISOLATE_MB);
});
