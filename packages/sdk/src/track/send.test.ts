import { describe, expect, test, vi } from "vitest";
import {
  NOW,
  accept,
  answers,
  openPage,
  refuse,
  requests,
  sent,
  stored,
  unreachable,
  warnings,
} from "../../test/fake-page.ts";

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
