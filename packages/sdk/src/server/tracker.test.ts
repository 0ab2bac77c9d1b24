import { describe, expect, test, vi } from "vitest";
import { drops, makeTracker, NOW, requests, sent } from "../../test/fake-worker.ts";
import { BATCH_MAX_BYTES, BATCH_MAX_PINGS } from "../protocol/limits.ts";

describe("Tracker", () => {
  test("refuses an endpoint that is no URL", () => {
    expect(() => makeTracker({ endpoint: "tracker" })).toThrow(TypeError);
  });

  test("sends what is counted in a second as one batch, with its token and site", async () => {
    const tracker = makeTracker({ token: "secret", site: "shop.example" });
    tracker.incrLabels("a|b:c:d||a");
    tracker.incr({ label: ":r1:", category: "x|y" }, 7);
    tracker.incr({ label: "a" });
    await vi.advanceTimersByTimeAsync(1000);
    expect(sent()).toEqual([["a:::3", "b:c:d:1", ":r1::x|y::7"]]);
    expect(requests).toMatchObject([
      {
        url: "https://tracker.example.com/t/track/",
        headers: { authorization: "Bearer secret" },
        site: "shop.example",
        at: NOW + 1000,
      },
    ]);
  });

  test("never throws, and tells what does not count", async () => {
    const tracker = makeTracker();
    tracker.incrLabels("good|a:b:c:d");
    tracker.incrLabels(5 as never);
    tracker.incr({ label: "x".repeat(251) });
    tracker.incr({ label: "a" }, 0.5);
    await tracker.flush();
    expect(sent()).toEqual([["good:::1"]]);
    expect(drops).toEqual([
      ["too_many_parts", 1],
      ["bad_type", 1],
      ["label_too_long", 1],
      ["bad_count", 1],
    ]);
    expect(tracker.dropped).toBe(4);
  });

  const boo = () => {
    throw new Error("boo");
  };
  const hostile = new Proxy({}, { get: boo, has: boo, ownKeys: boo });
  const circular: Record<string, unknown> = {};
  circular["label"] = circular;

  // Loops: the names of test.each() would look into what must not be looked into.
  test("drops labels that are no text", () => {
    const tracker = makeTracker();
    const wrong = [null, undefined, 5, 5n, Symbol("a"), {}, circular, hostile, ["a"], () => "a"];
    for (const labels of wrong) expect(() => tracker.incrLabels(labels as never)).not.toThrow();
    expect(drops).toEqual(wrong.map(() => ["bad_type", 1]));
  });

  test("drops what is no ping, and says why", () => {
    const tracker = makeTracker();
    const wrong: [ping: unknown, code: string][] = [
      [null, "bad_type"],
      [undefined, "bad_type"],
      [hostile, "bad_type"],
      [circular, "bad_type"],
      [{ label: 5n }, "bad_type"],
      [{ label: Symbol("a") }, "bad_type"],
      [{ label: { toString: boo } }, "bad_type"],
      [{ label: hostile }, "bad_type"],
      [5, "label_missing"],
      ["a", "label_missing"],
      [{}, "label_missing"],
      [{ label: " " }, "label_missing"],
      [{ label: "a", category: "x".repeat(101) }, "category_too_long"],
      [{ label: "\0" }, "bad_character"],
    ];
    for (const [ping] of wrong) expect(() => tracker.incr(ping as never)).not.toThrow();
    expect(drops).toEqual(wrong.map(([, code]) => [code, 1]));
  });

  test("drops a bad number of times", () => {
    const tracker = makeTracker();
    const wrong = [0, -1, 1.5, Number.NaN, Infinity, 1_001, "2", null, 2n, Symbol("2"), hostile];
    for (const times of wrong) expect(() => tracker.incr({ label: "a" }, times as never)).not.toThrow();
    expect(drops).toEqual(wrong.map(() => ["bad_count", 1]));
  });

  test("survives a listener that throws", () => {
    const tracker = makeTracker({
      onDrop: () => {
        throw new Error("listener");
      },
    });
    expect(() => tracker.incrLabels("")).not.toThrow();
    expect(() => tracker.incrLabels("a:b:c:d")).not.toThrow();
    expect(tracker.dropped).toBe(1);
  });

  test("keeps every request within the limits, however much is counted at once", async () => {
    const tracker = makeTracker({ token: "secret", site: "語".repeat(253) });
    for (let index = 0; index < 10_000; index++) tracker.incr({ label: `${index} ${"語".repeat(index % 200)}` });
    for (let index = 0; index < 3000; index++) tracker.incr({ label: "much" }, 1_000);
    const long = { label: "語".repeat(250), category: '"'.repeat(100), domId: "\\".repeat(250) };
    for (let index = 0; index < 3000; index++) tracker.incr(long, 1_000);
    await tracker.flush();
    const pings = requests.flatMap((request) => request.pings);
    expect(pings.reduce((sum, { count }) => sum + count, 0)).toBe(6_010_000);
    for (const request of requests) {
      expect(request.pings.length).toBeLessThanOrEqual(BATCH_MAX_PINGS);
      expect(request.bytes).toBeLessThanOrEqual(BATCH_MAX_BYTES);
    }
    // The queue was cut 40 times because it was long; a batch for each long ping would be too many.
    expect(requests.length).toBeLessThan(150);
    expect(drops).toEqual([]);
  });

  test("keeps a batch's actions within what a sender without a token may say", async () => {
    const tracker = makeTracker();
    for (let index = 0; index < 9; index++) tracker.incr({ label: "much" }, 500);
    await tracker.flush();
    expect(requests.map(({ pings }) => pings.map(({ count }) => count))).toEqual([
      [1000],
      [1000],
      [1000],
      [1000],
      [500],
    ]);
  });
});
