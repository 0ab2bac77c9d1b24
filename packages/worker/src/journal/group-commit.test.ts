import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { GroupCommit } from "./group-commit.ts";
import { GROUP_MAX } from "./limits.ts";

const WINDOW_MS = 250;

describe("GroupCommit", () => {
  let groups: number[][];
  let commits: GroupCommit<number>;

  beforeEach(() => {
    vi.useFakeTimers({ now: 1_000_000 });
    groups = [];
    commits = new GroupCommit(async (items: number[]) => void groups.push(items), WINDOW_MS);
  });
  afterEach(() => vi.useRealTimers());

  /** Adds an item every `gapMs`, as a steady stream of independent visitors does. */
  async function stream(count: number, gapMs: number): Promise<void> {
    for (let item = 0; item < count; item++) {
      void commits.add(item);
      await vi.advanceTimersByTimeAsync(gapMs);
    }
    await vi.advanceTimersByTimeAsync(WINDOW_MS);
  }

  it("writes at once what comes to an idle object", async () => {
    await commits.add(1);
    expect(groups).toEqual([[1]]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("writes no more than four groups a second once it was slowed down", async () => {
    commits = new GroupCommit(async (items: number[]) => void groups.push(items), 0);
    await stream(20, 10);
    expect(groups).toHaveLength(20);
    commits.slowDown();
    groups = [];
    await stream(100, 10);
    expect(groups.flat()).toHaveLength(100);
    expect(groups.length).toBeLessThanOrEqual(5);
  });

  it("writes one group when arrivals pause", async () => {
    await commits.add(0);
    for (const item of [1, 2, 3]) {
      await vi.advanceTimersByTimeAsync(10);
      void commits.add(item);
    }
    expect(groups).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(30);
    expect(groups).toEqual([[0], [1, 2, 3]]);
  });

  it("writes when the first has waited the window, though arrivals go on", async () => {
    await stream(100, 10);
    // Two rows hold the first 26: the one that came when all was quiet, then a window's worth.
    expect(groups[0]).toEqual([0]);
    expect(groups[1]!.length).toBeGreaterThanOrEqual(25);
    expect(groups.length).toBeLessThanOrEqual(6);
    expect(groups.flat()).toHaveLength(100);
  });

  it("writes when a group is full", async () => {
    await stream(2 * GROUP_MAX, 1);
    expect(groups[0]).toEqual([0]);
    expect(groups[1]).toHaveLength(GROUP_MAX);
  });

  it("gathers while a write is under way", async () => {
    const slow: number[][] = [];
    commits = new GroupCommit(async (items: number[]) => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      slow.push(items);
    }, 0);
    for (const item of [1, 2, 3]) void commits.add(item);
    await vi.advanceTimersByTimeAsync(50);
    expect(slow).toEqual([[1], [2, 3]]);
  });

  it("keeps groups small while writes are slow", async () => {
    const slow: number[][] = [];
    commits = new GroupCommit(async (items: number[]) => {
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      slow.push(items);
    }, WINDOW_MS);
    const items = Array.from({ length: 2.5 * GROUP_MAX }, (_, item) => item);
    const all = Promise.all(items.map((item) => commits.add(item)));
    await vi.advanceTimersByTimeAsync(5_000);
    await all;
    expect(slow.map(({ length }) => length)).toEqual([1, GROUP_MAX, GROUP_MAX, GROUP_MAX / 2 - 1]);
    expect(slow.flat()).toEqual(items);
  });

  it("does not hold up a sender that waits for each answer", async () => {
    const start = Date.now();
    for (let item = 0; item < 50; item++) {
      const done = commits.add(item);
      while (groups.flat().length <= item) await vi.advanceTimersByTimeAsync(1);
      await done;
      await vi.advanceTimersByTimeAsync(2);
    }
    // 2 ms of its own and at most three times that of ours each.
    expect(Date.now() - start).toBeLessThanOrEqual(50 * 9);
  });

  it("brings its timer forward when the first group comes due earlier than it was set for", async () => {
    const slow: { items: number[]; at: number }[] = [];
    commits = new GroupCommit(async (items: number[]) => {
      slow.push({ items, at: Date.now() - 1_000_000 });
      await new Promise((resolve) => setTimeout(resolve, 20));
    }, WINDOW_MS);
    // Gaps of 50 ms: the second item waits 150 ms for a pause.
    void commits.add(0);
    await vi.advanceTimersByTimeAsync(50);
    void commits.add(1);
    // Many at once: the gaps are now nearly nothing, and so is a pause.
    for (let item = 2; item < 20; item++) void commits.add(item);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(slow.map(({ items }) => items.length)).toEqual([1, 19]);
    expect(slow[1]!.at).toBeLessThan(50 + 50);
  });

  it.each([1, 100, 3_600_000])("writes what waits when the clock steps back by %i ms, and goes on", async (stepMs) => {
    await commits.add(0);
    for (const item of [1, 2]) {
      await vi.advanceTimersByTimeAsync(20);
      void commits.add(item);
    }
    vi.setSystemTime(Date.now() - stepMs);
    await vi.advanceTimersByTimeAsync(WINDOW_MS);
    expect(groups).toEqual([[0], [1, 2]]);
    vi.setSystemTime(Date.now() - stepMs);
    void commits.add(3);
    void commits.add(4);
    await vi.advanceTimersByTimeAsync(WINDOW_MS);
    expect(groups.flat()).toEqual([0, 1, 2, 3, 4]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("gives a failed write's error to everybody who waits for it, and goes on", async () => {
    let isBroken = true;
    commits = new GroupCommit(async () => {
      if (isBroken) throw new Error("disk full");
    }, 0);
    await expect(commits.add(1)).rejects.toThrow("disk full");
    isBroken = false;
    await expect(commits.add(2)).resolves.toBeUndefined();
  });
});
