import { addDays } from "@tracker/sdk/protocol";
import { describe, expect, it } from "vitest";
import { judgeChange, type Compared } from "./change.ts";

const TO = "2026-11-22";
const week: Compared = { nowDays: 7, beforeDays: 7, to: TO, tested: 1 };

/** A Poisson-distributed number, by Knuth's method, from a generator that repeats. */
function makePoisson(seed: number): (mean: number) => number {
  let state = seed;
  const random = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state + 1) / 2 ** 32;
  };
  return (mean) => {
    let count = -1;
    for (let left = 0; left < mean; count++) left -= Math.log(random());
    return count;
  };
}

describe("judgeChange", () => {
  it.each([
    [4, 2, undefined],
    [19, 0, undefined],
    [0, 19, undefined],
    [20, 0, "new"],
    [120, 100, undefined],
    [160, 100, "up"],
    [60, 100, "down"],
    // Certain, and of no interest.
    [1_100_000, 1_000_000, undefined],
    [1_300_000, 1_000_000, "up"],
  ])("%i after %i: %s", (now, before, change) => {
    expect(judgeChange({ now, before, last: TO }, week)).toBe(change);
  });

  it("asks for more the more labels there are", () => {
    const counts = { now: 150, before: 100, last: TO };
    expect(judgeChange(counts, week)).toBe("up");
    expect(judgeChange(counts, { ...week, tested: 10_000 })).toBeUndefined();
  });

  it("compares rates where the ranges are not as long", () => {
    const month = { ...week, nowDays: 31, beforeDays: 28 };
    expect(judgeChange({ now: 3_100, before: 2_800, last: TO }, month)).toBeUndefined();
    expect(judgeChange({ now: 3_100, before: 1_400, last: TO }, month)).toBe("up");
  });

  it("takes chance for a change in at most one list of twenty", () => {
    const lists = 400;
    const labels = 50;
    for (const mean of [15, 40, 400]) {
      const poisson = makePoisson(mean);
      let wrong = 0;
      for (let list = 0; list < lists; list++) {
        const counts = Array.from({ length: labels }, () => ({ now: poisson(mean), before: poisson(mean), last: TO }));
        const tested = counts.filter(({ now, before }) => Math.max(now, before) >= 20).length;
        if (counts.some((one) => judgeChange(one, { ...week, tested }))) wrong++;
      }
      expect(wrong / lists).toBeLessThanOrEqual(0.05);
    }
  });

  it("finds most of what doubled among a thousand labels", () => {
    const poisson = makePoisson(7);
    const found = Array.from({ length: 200 }, () =>
      judgeChange({ now: poisson(200), before: poisson(100), last: TO }, { ...week, tested: 1_000 }),
    ).filter((change) => change === "up").length;
    expect(found).toBeGreaterThan(180);
  });

  it("says what has gone quiet, also within the range", () => {
    const silentFor = (days: number, before: number) => judgeChange({ now: 1, before, last: addDays(TO, -days) }, week);
    expect(silentFor(3, 70)).toBe("quiet");
    expect(silentFor(4, 70)).toBe("quiet");
    // Two days are a weekend; and of one action a day three are nothing.
    expect(silentFor(2, 7_000)).toBe("down");
    expect(silentFor(3, 7)).toBeUndefined();
    expect(judgeChange({ now: 0, before: 70, last: addDays(TO, -7) }, week)).toBe("quiet");
    expect(judgeChange({ now: 0, before: 70, last: addDays(TO, -1) }, { ...week, nowDays: 1, beforeDays: 1 })).toBe(
      "quiet",
    );
  });
});
