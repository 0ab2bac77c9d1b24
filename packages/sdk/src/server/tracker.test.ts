import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { decodeBatch, type DecodedBatch } from "../protocol/batch.ts";
import { BATCH_MAX_BYTES, BATCH_MAX_PINGS } from "../protocol/limits.ts";
import { Tracker, type TrackerOptions } from "./tracker.ts";

const NOW = Date.parse("2026-11-23T12:00:00Z");

let requests: (DecodedBatch & { url: string; bytes: number; headers: Record<string, string> })[];
let answers: (() => Response | Promise<Response>)[];
let drops: [code: string, count: number][];

const accept = (rejected: object[] = []) => Response.json({ accepted: 1, duplicate: false, rejected, now: Date.now() });
const refuse = (status: number, code: string, headers = {}) =>
  Response.json({ error: { code, message: `about ${code}` }, now: Date.now() }, { status, headers });
const wrongClock = (code: string, now: number) => () =>
  Response.json({ error: { code, message: "" }, now }, { status: 400 });
const unreachable = () => Promise.reject(new TypeError("fetch failed"));
const forever = <Item>(item: Item) => Array.from({ length: 10_000 }, () => item);

beforeEach(() => {
  requests = [];
  answers = [];
  drops = [];
  vi.useFakeTimers({ now: NOW });
  vi.spyOn(Math, "random").mockReturnValue(0.5);
  vi.stubGlobal("fetch", async (url: string, { body, headers }: { body: string; headers: Record<string, string> }) => {
    const batch = decodeBatch(body);
    if (!batch.ok) throw new Error(`not a batch: ${batch.message}`);
    requests.push({ ...batch.value, url, headers, bytes: Buffer.byteLength(body) });
    return (answers.shift() ?? accept)();
  });
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const makeTracker = (options: Partial<TrackerOptions> = {}) =>
  new Tracker({
    endpoint: "https://tracker.example.com/t/",
    onDrop: ({ code }, count) => void drops.push([code, count]),
    ...options,
  });

const sent = () =>
  requests.map(({ pings }) => pings.map((ping) => [ping.label, ping.category, ping.domId, ping.count].join(":")));

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

  test("tries again with growing pauses, under the same id", async () => {
    const tracker = makeTracker();
    answers.push(
      unreachable,
      () => new Response("bad gateway", { status: 502 }),
      () => refuse(429, "rate_limited", { "retry-after": "20" }),
    );
    tracker.incrLabels("a");
    await tracker.flush();
    tracker.incrLabels("b");
    await tracker.flush();
    expect(requests).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1000);
    expect(requests).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(2000);
    expect(requests).toHaveLength(3);
    await vi.advanceTimersByTimeAsync(23_999);
    expect(requests).toHaveLength(3);
    await vi.advanceTimersByTimeAsync(1);
    expect(sent()).toEqual([["a:::1"], ["a:::1"], ["a:::1"], ["a:::1"], ["b:::1"]]);
    expect(new Set(requests.slice(0, 4).map(({ id, at }) => `${id} ${at}`)).size).toBe(1);
    expect(drops).toEqual([]);
  });

  test("drops what is refused, with the Worker's reason", async () => {
    const tracker = makeTracker();
    answers.push(
      () => refuse(401, "unauthorized"),
      () => accept([{ index: 1, code: "label_not_listed", message: "" }]),
    );
    for (const labels of ["a|b", "d|e"]) {
      tracker.incrLabels(labels);
      await tracker.flush();
    }
    expect(drops).toEqual([
      ["unauthorized", 2],
      ["label_not_listed", 1],
    ]);
  });

  test("drops nothing because of an answer that the Worker did not write", async () => {
    const tracker = makeTracker();
    answers.push(
      () => new Response("<h1>Just a moment…</h1>", { status: 403 }),
      () => new Response("too large", { status: 413 }),
      () => Response.json({ error: { code: 404, message: "no such page" } }, { status: 404 }),
      () => Response.json({ error: { code: "not_found" } }, { status: 404 }),
      () => new Response("Log in to the hotel's network.", { status: 200 }),
      () => Response.json(null),
    );
    tracker.incrLabels("a");
    await tracker.flush();
    await vi.advanceTimersByTimeAsync(120_000);
    expect(requests).toHaveLength(7);
    expect(new Set(requests.map(({ id }) => id)).size).toBe(1);
    expect(drops).toEqual([]);
  });

  test("does not wait for an answer whose body never ends", async () => {
    vi.unstubAllGlobals();
    let arrivals = 0;
    let arrived = Promise.withResolvers<void>();
    const server = createServer((_request, response) => {
      response.writeHead(200);
      response.write(" ");
      arrivals++;
      arrived.resolve();
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    const tracker = makeTracker({ endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
    tracker.incrLabels("a");
    const flushed = tracker.flush();
    await arrived.promise;
    arrived = Promise.withResolvers();
    await vi.advanceTimersByTimeAsync(10_000);
    await flushed;
    await vi.advanceTimersByTimeAsync(1000);
    await arrived.promise;
    expect(arrivals).toBe(2);
    const closed = tracker.close({ withinMs: 100 });
    await vi.advanceTimersByTimeAsync(100);
    await closed;
    server.closeAllConnections();
    server.close();
  });

  test("keeps a bounded number of batches while the Worker does not answer, and counts what it drops", async () => {
    const tracker = makeTracker();
    answers = forever(unreachable);
    for (let index = 0; index < 300; index++) {
      tracker.incr({ label: `${index}` }, 2);
      await tracker.flush();
    }
    expect(tracker.dropped).toBe(2 * 44);
    expect(new Set(drops.map(([code]) => code))).toEqual(new Set(["too_many_unsent"]));
    answers = [];
    await vi.advanceTimersByTimeAsync(200_000);
    expect(new Set(sent().flat()).size).toBe(256);
  });

  test("corrects a clock that is ahead, under the same id, also after a try without an answer", async () => {
    const tracker = makeTracker();
    answers.push(unreachable, wrongClock("clock_ahead", NOW - 3_600_000 + 2000));
    tracker.incrLabels("a");
    await tracker.flush();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(requests).toHaveLength(3);
    expect(new Set(requests.map(({ id }) => id)).size).toBe(1);
    // When it happened, by the Worker's clock, which is learned to the minute.
    expect(requests[2]!.at).toBe(NOW - 3_600_000);
    expect(drops).toEqual([]);
  });

  test("corrects a clock that is two days behind only if no earlier try may have counted", async () => {
    const days = 3 * 24 * 3_600_000;
    const tracker = makeTracker();
    answers.push(wrongClock("too_old", NOW + days));
    tracker.incrLabels("a");
    await tracker.flush();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(requests.map(({ at }) => at)).toEqual([NOW, NOW + days]);
    answers.push(unreachable, wrongClock("too_old", NOW + 2 * days));
    tracker.incrLabels("b");
    await tracker.flush();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(requests).toHaveLength(4);
    expect(drops).toEqual([["too_old", 1]]);
  });

  test("does not count today what a sleeping process counted three days ago", async () => {
    const tracker = makeTracker();
    answers.push(wrongClock("too_old", NOW), wrongClock("too_old", NOW));
    tracker.incrLabels("a");
    await tracker.flush();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(requests.map(({ at }) => at)).toEqual([NOW, NOW]);
    expect(drops).toEqual([["too_old", 1]]);
  });
});

describe("close", () => {
  test("sends what is left and takes no more", async () => {
    const tracker = makeTracker();
    tracker.incrLabels("a");
    await tracker.close();
    tracker.incrLabels("b");
    await vi.advanceTimersByTimeAsync(10_000);
    expect(sent()).toEqual([["a:::1"]]);
    expect(drops).toEqual([["closed", 1]]);
  });

  test("waits for a Worker that comes back", async () => {
    const tracker = makeTracker();
    answers.push(unreachable, unreachable);
    tracker.incrLabels("a");
    const closed = tracker.close();
    await vi.advanceTimersByTimeAsync(10_000);
    await closed;
    expect(requests).toHaveLength(3);
    expect(drops).toEqual([]);
  });

  test("gives up in time and counts what was left", async () => {
    const tracker = makeTracker();
    answers = forever(() => new Promise<Response>(() => {}));
    tracker.incrLabels("a|b");
    const closed = tracker.close({ withinMs: 500 });
    await vi.advanceTimersByTimeAsync(700);
    await closed;
    expect(drops).toEqual([["closed", 2]]);
  });

  test("tries at once during a pause, and again after a second however long the pause was", async () => {
    const tracker = makeTracker();
    answers = Array.from({ length: 8 }, () => unreachable);
    for (let index = 0; index < 100; index++) {
      tracker.incr({ label: `${index}` });
      await tracker.flush();
    }
    await vi.advanceTimersByTimeAsync(90_000);
    expect(requests).toHaveLength(7);
    const closed = tracker.close();
    await vi.advanceTimersByTimeAsync(1200);
    await closed;
    expect(new Set(sent().flat()).size).toBe(100);
    expect(drops).toEqual([]);
  });

  test("never sends what it reported as dropped", async () => {
    for (const late of [unreachable, wrongClock("clock_ahead", NOW - 3_600_000), () => refuse(503, "unavailable")]) {
      let answer: (response: Promise<Response> | Response) => void = () => {};
      const tracker = makeTracker();
      answers = [() => new Promise<Response>((resolve) => (answer = resolve))];
      tracker.incrLabels("a");
      const closed = tracker.close({ withinMs: 500 });
      await vi.advanceTimersByTimeAsync(700);
      await closed;
      answer(late());
      await vi.advanceTimersByTimeAsync(200_000);
      expect(requests).toHaveLength(1);
      expect(drops).toEqual([["closed", 1]]);
      requests = [];
      drops = [];
    }
  });
});
