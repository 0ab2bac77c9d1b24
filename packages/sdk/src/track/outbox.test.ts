import { describe, expect, test, vi } from "vitest";
import {
  accept,
  answers,
  openPage,
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
