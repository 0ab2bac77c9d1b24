import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, test, vi } from "vitest";
import {
  accept,
  answers,
  drops,
  forever,
  makeTracker,
  NOW,
  refuse,
  requests,
  sent,
  unreachable,
  wrongClock,
} from "../../test/fake-worker.ts";

describe("a batch", () => {
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
    answers.push(...forever(unreachable));
    for (let index = 0; index < 300; index++) {
      tracker.incr({ label: `${index}` }, 2);
      await tracker.flush();
    }
    expect(tracker.dropped).toBe(2 * 44);
    expect(new Set(drops.map(([code]) => code))).toEqual(new Set(["too_many_unsent"]));
    answers.length = 0;
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
    answers.push(...forever(() => new Promise<Response>(() => {})));
    tracker.incrLabels("a|b");
    const closed = tracker.close({ withinMs: 500 });
    await vi.advanceTimersByTimeAsync(700);
    await closed;
    expect(drops).toEqual([["closed", 2]]);
  });

  test("tries at once during a pause, and again after a second however long the pause was", async () => {
    const tracker = makeTracker();
    answers.push(...Array.from({ length: 8 }, () => unreachable));
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
      answers.push(() => new Promise<Response>((resolve) => (answer = resolve)));
      tracker.incrLabels("a");
      const closed = tracker.close({ withinMs: 500 });
      await vi.advanceTimersByTimeAsync(700);
      await closed;
      answer(late());
      await vi.advanceTimersByTimeAsync(200_000);
      expect(requests).toHaveLength(1);
      expect(drops).toEqual([["closed", 1]]);
      for (const list of [requests, drops]) list.length = 0;
    }
  });
});
