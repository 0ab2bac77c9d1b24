import { expect, it } from "vitest";
import { runFullDays } from "./support/full-days-run.ts";

// What the platform gives to an isolate. Here the Worker and all three objects share one.
const ISOLATE_MB = 128;

it(
  "shows, exports and flushes three days that are as full as they can be, within an isolate's memory",
  { timeout: 600_000 },
  async () => {
    const { chars, counted, flushed } = await runFullDays(ISOLATE_MB);
    expect(chars).toBeGreaterThan(9_000_000);
    expect(flushed).toBe(counted);
  },
);
