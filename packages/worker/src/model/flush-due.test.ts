import { describe, expect, it } from "vitest";
import { FLUSH_WITHIN_MS, flushAfterMs, isFlushDue } from "./flush-due.ts";

const MINUTE_MS = 60_000;
const CRON_MS = 2 * MINUTE_MS;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** Rows that flushes write on a day on which so many names change all the time. */
function rowsADay(names: number): number {
  let rows = 0;
  let since = 0;
  for (let now = CRON_MS; now <= DAY_MS; now += CRON_MS) {
    if (!isFlushDue({ names, rows: 1, since }, now)) continue;
    rows += names;
    since = now;
  }
  return rows;
}

describe("flushAfterMs", () => {
  it("lets every run of the cron flush few names", () => {
    expect(flushAfterMs({ names: 1, rows: 1 })).toBe(0);
    expect(rowsADay(100)).toBe(100 * 720);
  });

  it("lets many names wait, but no longer than half an hour", () => {
    expect(flushAfterMs({ names: 500, rows: 1 })).toBe(10 * MINUTE_MS);
    expect(flushAfterMs({ names: 100_000, rows: 1 })).toBe(FLUSH_WITHIN_MS);
  });

  it("does not let a journal grow long meanwhile", () => {
    expect(flushAfterMs({ names: 10_000, rows: 50_000 })).toBe(0);
  });

  it.each([
    [150, 75_000],
    [1_000, 75_000],
    [10_000, 480_000],
  ])("makes a day of %i names that change all the time cost at most %i rows", (names, most) => {
    expect(rowsADay(names)).toBeLessThanOrEqual(most);
  });
});
