import { describe, expect, test, vi } from "vitest";
import {
  NOW,
  accept,
  answers,
  openPage,
  refuse,
  requests,
  sent,
  storage,
  stored,
  storedBatches,
  unreachable,
  warnings,
} from "../../test/fake-page.ts";

describe("the outbox", () => {
  test("holds a batch from before it is sent until it is answered", async () => {
    const { flush, track } = await openPage({});
    answers.push(() => {
      expect(Object.values(stored)).toEqual([requests[0]?.text]);
      return accept();
    });
    track("a");
    await flush();
    expect(stored).toEqual({});
  });

  test("is sent by the next page, under the same id and time", async () => {
    const { dispatch, track } = await openPage({});
    answers.push(unreachable);
    track("a");
    dispatch("visibilitychange");
    await vi.advanceTimersByTimeAsync(3000);
    await openPage({});
    await vi.advanceTimersByTimeAsync(0);
    const [first, ...others] = requests;
    expect(others.length).toBeGreaterThan(0);
    for (const other of others) expect(other).toEqual(first);
    expect(stored).toEqual({});
  });

  // A page in the background is hidden already when it ends.
  test.each(["visibilitychange", "pagehide"])("sends all at once when the page is leaving: %s", async (event) => {
    const { dispatch, flush, track } = await openPage({});
    answers.push(() => new Promise(() => {}));
    track("first");
    void flush();
    track("last");
    dispatch(event);
    expect(sent()).toEqual([["first:::1"], ["last:::1"]]);
  });

  test("leaves the batches of another tracker alone, and whatever else the page stores", async () => {
    stored["@tracker/sdk 1790000000000 AAAAAAAAAAAAAAAAAAAAAA https://other.example/track/"] = "{}";
    stored["tracker"] = "the page's own";
    stored["tracker https://tracker.example.com/track/"] = "{}";
    const before = { ...stored };
    const { flush } = await openPage({});
    await flush();
    expect(requests).toEqual([]);
    expect(stored).toEqual(before);
  });

  test("keeps the newest 64 batches while the server does not answer, and says so once", async () => {
    const { flush, track } = await openPage({});
    answers.push(...Array.from({ length: 1000 }, () => unreachable));
    for (let round = 0; round < 100; round++) {
      track(`round ${round}`);
      await flush();
      await vi.advanceTimersByTimeAsync(600_000);
    }
    expect(storedBatches()).toHaveLength(64);
    const kept = JSON.stringify(stored);
    expect(kept).toContain("round 99");
    expect(kept).not.toContain("round 35");
    expect(warnings.filter((warning) => warning.includes("not counted"))).toHaveLength(1);
  });

  test("works from memory while storage is full, and deletes there what it has sent", async () => {
    const { flush, track } = await openPage({});
    answers.push(unreachable);
    track("kept");
    await flush();
    storage.isFull = true;
    track("not kept");
    await flush();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(sent()).toEqual([["kept:::1"], ["kept:::1"], ["not kept:::1"]]);
    expect(stored).toEqual({});
  });

  test("works from memory where storage is forbidden", async () => {
    storage.isForbidden = true;
    const { flush, track } = await openPage({});
    answers.push(unreachable);
    track("a");
    await flush();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(sent()).toEqual([["a:::1"], ["a:::1"]]);
  });

  test("works from memory where storage is full", async () => {
    storage.isFull = true;
    const { flush, track } = await openPage({});
    answers.push(unreachable);
    track("a");
    await flush();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(sent()).toEqual([["a:::1"], ["a:::1"]]);
  });
});

describe("sending", () => {
  test("tries again with growing pauses, under the same id", async () => {
    const { track } = await openPage({});
    answers.push(
      unreachable,
      () => new Response("bad gateway", { status: 502 }),
      () => refuse(503, "unavailable"),
    );
    track("a");
    const times: number[] = [];
    for (let ms = 0; ms < 12_000; ms += 100) {
      await vi.advanceTimersByTimeAsync(100);
      while (times.length < requests.length) times.push(Date.now() - NOW);
    }
    expect(times).toEqual([1000, 2000, 4000, 8000]);
    expect(new Set(requests.map(({ text }) => text)).size).toBe(1);
    expect(stored).toEqual({});
  });

  test("leaves a server alone for as long as it asks", async () => {
    const { track } = await openPage({});
    answers.push(() => refuse(429, "unavailable", { "retry-after": "30" }));
    track("a");
    await vi.advanceTimersByTimeAsync(1000);
    track("b");
    await vi.advanceTimersByTimeAsync(30_000);
    expect(sent()).toEqual([["a:::1"]]);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(sent()).toEqual([["a:::1"], ["a:::1"]]);
  });

  test("leaves it alone also when it is time to look for what other pages have left", async () => {
    const { track } = await openPage({});
    answers.push(() => refuse(429, "unavailable", { "retry-after": "300" }));
    track("a");
    await vi.advanceTimersByTimeAsync(299_000);
    expect(sent()).toEqual([["a:::1"]]);
    await vi.advanceTimersByTimeAsync(3_000);
    expect(sent()).toEqual([["a:::1"], ["a:::1"]]);
  });

  test("sends no second batch while the first cannot be sent", async () => {
    const { dispatch, flush, track } = await openPage({});
    answers.push(...Array.from({ length: 3 }, () => unreachable));
    track("a");
    await flush();
    for (const label of ["b", "c", "d"]) {
      track(label);
      await flush();
    }
    dispatch("visibilitychange");
    expect(requests).toHaveLength(1);
    expect(Object.keys(stored)).toHaveLength(4);
  });

  test("goes on as soon as the browser is online", async () => {
    const { dispatch, flush, track } = await openPage({});
    answers.push(unreachable);
    track("a");
    await flush();
    dispatch("online");
    await vi.advanceTimersByTimeAsync(0);
    expect(requests).toHaveLength(2);
    expect(stored).toEqual({});
    await vi.advanceTimersByTimeAsync(600_000);
    expect(requests).toHaveLength(2);
  });

  test("takes only a tracker's answer for one", async () => {
    const { flush, track } = await openPage({});
    answers.push(
      () => new Response("<h1>Welcome to the hotel</h1>"),
      () => Response.json({ ok: true }),
    );
    track("a");
    await flush();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(requests).toHaveLength(3);
  });

  test("tries again what has had no answer for 30 seconds, and holds nothing else up", async () => {
    const { flush, track } = await openPage({});
    answers.push(() => new Promise(() => {}));
    track("a");
    const flushed = flush();
    track("b");
    void flush();
    await vi.advanceTimersByTimeAsync(30_000);
    await flushed;
    expect(sent()).toEqual([["a:::1"], ["b:::1"]]);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(sent()).toEqual([["a:::1"], ["b:::1"], ["a:::1"]]);
    expect(stored).toEqual({});
  });

  test("tries again what has an answer that does not end", async () => {
    const { flush, track } = await openPage({});
    answers.push(() => new Response(new ReadableStream()));
    track("a");
    void flush();
    await vi.advanceTimersByTimeAsync(32_000);
    expect(sent()).toEqual([["a:::1"], ["a:::1"]]);
    expect(stored).toEqual({});
  });

  test.each([400, 401, 403, 404, 410, 451])(
    "keeps what something other than a tracker refuses with %d",
    async (status) => {
      const { flush, track } = await openPage({});
      answers.push(
        () => new Response("<h1>Checking your browser</h1>", { status }),
        () => Response.json({ error: { code: "denied" } }, { status }),
        () => Response.json({ error: "denied", now: NOW }, { status }),
      );
      track("a");
      await flush();
      expect(warnings).toEqual([`tracker: not sent status ${status}`]);
      await vi.advanceTimersByTimeAsync(60_000);
      expect(sent()).toEqual(Array.from({ length: 4 }, () => ["a:::1"]));
      expect(stored).toEqual({});
    },
  );

  test("drops what is refused, with the server's reason", async () => {
    const { flush, track } = await openPage({});
    answers.push(
      () => refuse(403, "site_unknown"),
      () => refuse(404, "not_found"),
    );
    track("a");
    await flush();
    track("b");
    await flush();
    await vi.advanceTimersByTimeAsync(600_000);
    expect(requests).toHaveLength(2);
    expect(stored).toEqual({});
    expect(warnings).toEqual(["tracker: refused [object Object]"]);
  });

  test("says which ping the server rejected", async () => {
    const { flush, track } = await openPage({});
    answers.push(() => accept([{ index: 0, code: "label_not_listed", message: "" }]));
    track("a");
    await flush();
    expect(warnings).toHaveLength(1);
  });

  test("two flushes send a batch once", async () => {
    const { flush, track } = await openPage({});
    track("a");
    await Promise.all([flush(), flush()]);
    expect(requests).toHaveLength(1);
  });
});

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
