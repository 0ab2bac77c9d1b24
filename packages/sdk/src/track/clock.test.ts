import { describe, expect, test, vi } from "vitest";
import {
  NOW,
  accept,
  answers,
  openPage,
  refuse,
  requests,
  stored,
  storedBatches,
  unreachable,
} from "../../test/fake-page.ts";

describe("the clock", () => {
  const HOUR = 3_600_000;
  const refuseClock = (code: string, now: number) => () =>
    Response.json({ error: { code, message: "" }, now }, { status: 400 });

  test("is the server's, once it is known, also for the next page's first batch", async () => {
    const { flush, track } = await openPage({});
    answers.push(...Array.from({ length: 3 }, () => () => accept([], NOW + HOUR)));
    track("a");
    await flush();
    track("b");
    await flush();
    const next = await openPage({});
    next.track("c");
    await next.flush();
    expect(requests.map(({ at }) => at)).toEqual([NOW, NOW + HOUR, NOW + HOUR]);
  });

  test("is not stored where it is right to the minute", async () => {
    const { flush, track } = await openPage({});
    answers.push(() => accept([], NOW + 25_000));
    track("a");
    await flush();
    expect(stored).toEqual({});
  });

  test("is not learned from what is no tracker", async () => {
    const { flush, track } = await openPage({});
    answers.push(() => Response.json({ now: NOW + HOUR }, { status: 503 }));
    track("a");
    await flush();
    track("b");
    await vi.advanceTimersByTimeAsync(5_000);
    await flush();
    expect(requests.at(-1)?.at).toBe(NOW + 5_000 - 4_000);
  });

  test.each([
    ["at the first try", []],
    ["at a later try", [unreachable]],
  ])("a batch that is refused as clock_ahead %s is sent again, corrected, under its id", async (_, before) => {
    const { flush, track } = await openPage({});
    answers.push(...before, () => refuseClock("clock_ahead", Date.now() - 2 * HOUR)());
    track("a");
    await flush();
    await vi.advanceTimersByTimeAsync(10_000);
    const [first] = requests;
    const last = requests.at(-1)!;
    expect(last).toEqual({ ...first, at: last.at, text: last.text });
    expect(Math.abs(last.at - (NOW - 2 * HOUR))).toBeLessThan(60_000);
    expect(storedBatches()).toEqual([]);
  });

  test("a batch that was sent on leaving by a clock ahead is corrected by the next page", async () => {
    const page = await openPage({});
    answers.push(() => new Promise(() => {}));
    page.track("a");
    page.dispatch("pagehide");
    answers.push(refuseClock("clock_ahead", NOW - HOUR));
    await openPage({});
    await vi.advanceTimersByTimeAsync(10_000);
    expect(requests.map(({ at }) => at)).toEqual([NOW, NOW, NOW - HOUR]);
    expect(new Set(requests.map(({ id }) => id)).size).toBe(1);
    expect(storedBatches()).toEqual([]);
  });

  test("a batch that is too old may have counted when it was young: it is dropped, never sent under another id", async () => {
    const { flush, track } = await openPage({});
    answers.push(unreachable, () => refuse(400, "too_old"));
    track("a");
    await flush();
    await vi.advanceTimersByTimeAsync(600_000);
    expect(requests).toHaveLength(2);
    expect(stored).toEqual({});
  });

  test("a server that refuses every clock is not asked in a loop", async () => {
    const { flush, track } = await openPage({});
    answers.push(...Array.from({ length: 1000 }, () => () => refuse(400, "clock_ahead")));
    track("a");
    await flush();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(requests.length).toBeLessThan(10);
  });
});
