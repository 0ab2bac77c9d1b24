import { describe, expect, test, vi } from "vitest";
import {
  answers,
  NOW,
  openPage,
  requests,
  SERVER,
  sent,
  storage,
  stored,
  storedBatches,
  unreachable,
  warnings,
} from "../../test/fake-page.ts";
import { matchPages } from "./match-pages.ts";

/** A page that has sent its first batch: from here on batches stay open. */
async function openSecondBatch(...labels: string[]) {
  const page = await openPage({});
  page.track("first");
  await vi.advanceTimersByTimeAsync(1000);
  for (const label of labels) page.track(label);
  if (labels.length > 0) await vi.advanceTimersByTimeAsync(1000);
  requests.length = 0;
  return page;
}

describe("the open batch", () => {
  test("is sent a second after the first ping of a page view, and from then on once a minute", async () => {
    const { track } = await openPage({});
    for (let second = 0; second < 200; second++) {
      track(`second ${second}`);
      await vi.advanceTimersByTimeAsync(1000);
    }
    // After 1 s, 62 s, 123 s and 184 s.
    expect(sent().map((pings) => pings.length)).toEqual([1, 61, 61, 61]);
    expect(requests.map(({ at }) => at - NOW)).toEqual([1000, 2000, 63_000, 124_000]);
  });

  test("takes what was seen without being sent for it: with the first action, or when the page is left", async () => {
    const { dispatch, track } = await openPage({});
    const { note } = await import("./tracker.ts");
    note({ label: "(seen)", domId: "a" });
    await vi.advanceTimersByTimeAsync(5000);
    expect(sent()).toEqual([]);
    expect(storedBatches()).toHaveLength(1);
    track("click");
    note({ label: "(seen)", domId: "b" });
    await vi.advanceTimersByTimeAsync(1000);
    expect(sent()).toEqual([["(seen)::a:1", "click:::1", "(seen)::b:1"]]);
    note({ label: "(seen)", domId: "c" });
    await vi.advanceTimersByTimeAsync(5000);
    expect(sent()).toHaveLength(1);
    dispatch("pagehide");
    expect(sent()[1]).toEqual(["(seen)::c:1"]);
  });

  test.each([
    [undefined, undefined, undefined],
    [(path: string) => path, "/product/7", "/cart"],
    [matchPages("/product/* /cart"), "/product/*", "/cart"],
    [matchPages("/blog/* /c.rt"), undefined, undefined],
    [(path: string) => path.split("/")[1], "product", "cart"],
    [() => null, undefined, undefined],
    [() => "語".repeat(250), "語".repeat(250), "語".repeat(250)],
    [() => "語".repeat(251), undefined, undefined],
    [() => "\n\uD800", undefined, undefined],
    [() => 5 as never, undefined, undefined],
  ])("is of one page, by the option pages: %s", async (pages, first, second) => {
    const { goTo, track } = await openPage();
    goTo("/product/7/");
    // Before init(), and within the second before the path changes: each counts for the page it happened on.
    track("a");
    const { init } = await import("./init.ts");
    init({ endpoint: SERVER, ...(pages !== undefined && { pages }) });
    goTo("/cart");
    track("b");
    await vi.advanceTimersByTimeAsync(1000);
    expect(requests.map(({ page, pings }) => [page, pings])).toEqual([
      [first, ["a:::1"]],
      [second, ["b:::1"]],
    ]);
  });

  test("is of no page, with a warning, where the page's own function fails", async () => {
    const { track } = await openPage({
      pages() {
        throw new Error("boo");
      },
    });
    track("a");
    await vi.advanceTimersByTimeAsync(1000);
    expect(requests).toMatchObject([{ pings: ["a:::1"] }]);
    expect(requests[0]).not.toHaveProperty("page");
    expect(warnings).toEqual(["tracker: no page Error: boo"]);
  });

  test("is stored before it is sent, each time with more in it, under one key", async () => {
    const { track } = await openSecondBatch("a");
    const [before] = Object.entries(stored);
    expect(before?.[1]).toMatch(/^open \{.*\["a","","",1\]/);
    track("b|a");
    expect(Object.entries(stored)).toEqual([before]);
    await vi.advanceTimersByTimeAsync(1000);
    expect(Object.keys(stored)).toEqual([before?.[0]]);
    expect(storedBatches()[0]).toMatch(/\["a","","",2\],\["b","","",1\]/);
    expect(requests).toEqual([]);
  });

  test.each(["visibilitychange", "pagehide"])("is frozen and sent when the page is left: %s", async (event) => {
    const { dispatch, track } = await openSecondBatch("a");
    track("b");
    dispatch(event);
    expect(sent()).toEqual([["a:::1", "b:::1"]]);
    expect(storedBatches()).toEqual([requests[0]?.text]);
  });

  test("is frozen and sent when the path changes, and the new path's first is sent after a second", async () => {
    const { goTo, track } = await openSecondBatch("a");
    goTo("/cart");
    track("b");
    expect(sent()).toEqual([["a:::1"]]);
    await vi.advanceTimersByTimeAsync(1000);
    expect(sent()).toEqual([["a:::1"], ["b:::1"]]);
  });

  test("is sent at once again when the visitor comes back", async () => {
    const { dispatch, track } = await openSecondBatch();
    dispatch("visibilitychange");
    dispatch("visibilitychange");
    track("back");
    await vi.advanceTimersByTimeAsync(1000);
    expect(sent()).toEqual([["back:::1"]]);
  });

  test("is sent at once when the page is hidden, for it may track in its own last event", async () => {
    const { dispatch, track } = await openSecondBatch("a");
    vi.stubGlobal("document", { visibilityState: "hidden" });
    dispatch("visibilitychange");
    track("last");
    track("words");
    await vi.advanceTimersByTimeAsync(0);
    expect(sent()).toEqual([["a:::1"], ["last:::1", "words:::1"]]);
  });

  test("never changes once it is frozen", async () => {
    const { flush, track } = await openSecondBatch("a");
    answers.push(unreachable, unreachable);
    await flush();
    track("b");
    await vi.advanceTimersByTimeAsync(10_000);
    expect(requests).toHaveLength(3);
    expect(new Set(requests.map(({ text }) => text)).size).toBe(1);
  });

  test("takes no more pings when it may have been taken over while the page slept", async () => {
    const { track } = await openSecondBatch("a");
    // The computer sleeps: the clock goes on, timers do not.
    vi.setSystemTime(Date.now() + 8 * 3_600_000);
    track("b");
    await vi.advanceTimersByTimeAsync(1000);
    expect(sent()[0]).toEqual(["a:::1"]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(sent()).toEqual([["a:::1"], ["b:::1"]]);
  });

  test("takes no more pings after the clock was set back", async () => {
    const { track } = await openSecondBatch("a");
    vi.setSystemTime(Date.now() - 3_600_000);
    track("b");
    await vi.advanceTimersByTimeAsync(61_000);
    expect(sent()).toEqual([["a:::1"], ["b:::1"]]);
  });

  test("goes on in memory where the storage is full", async () => {
    const { dispatch, track } = await openSecondBatch("a");
    storage.isFull = true;
    track("b");
    await vi.advanceTimersByTimeAsync(1000);
    expect(storedBatches()[0]).not.toContain('"b"');
    dispatch("pagehide");
    await vi.advanceTimersByTimeAsync(0);
    expect(sent()).toEqual([["a:::1", "b:::1"]]);
    expect(stored).toEqual({});
  });

  // Another page may have taken it over, sent it, and deleted it when it was answered.
  test("takes no more where it is gone from the storage, and nothing is lost", async () => {
    const { dispatch, track } = await openSecondBatch("a");
    for (const key of Object.keys(stored)) delete stored[key];
    track("b");
    await vi.advanceTimersByTimeAsync(1000);
    dispatch("pagehide");
    expect(sent()).toEqual([["a:::1"], ["b:::1"]]);
  });

  test("is kept in memory before consent, on a page made ahead, and by nobody after a no", async () => {
    const page = await openPage({ enabled: null });
    page.track("a");
    await vi.advanceTimersByTimeAsync(100_000);
    expect(stored).toEqual({});
    await page.optIn();
    expect(sent()).toEqual([["a:::1"]]);
    page.track("b");
    await vi.advanceTimersByTimeAsync(1000);
    expect(storedBatches()).toHaveLength(1);
    await page.optOut();
    await vi.advanceTimersByTimeAsync(100_000);
    expect(sent()).toEqual([["a:::1"]]);
    expect(storedBatches()).toEqual([]);
  });
});

describe("adoption", () => {
  const ID = "AAAAAAAAAAAAAAAAAAAAAA";
  const URL = "https://tracker.example.com/track/";
  const left = (ageMs: number, mark: string) => {
    const body = `{"v":1,"id":"${ID}","at":${NOW - ageMs},"pings":[["left"]]}`;
    stored[`@tracker/sdk ${NOW - ageMs} ${ID} ${URL}`] = mark + body;
    return body;
  };

  test("takes a frozen batch at once", async () => {
    const body = left(100, "");
    await openPage({});
    await vi.advanceTimersByTimeAsync(0);
    expect(requests.map(({ text }) => text)).toEqual([body]);
    expect(stored).toEqual({});
  });

  test.each([
    ["that is older than a living page leaves it", 120_000],
    ["from before the clock was set back", -5_000],
  ])("takes an open batch %s", async (_, ageMs) => {
    const body = left(ageMs, "open ");
    await openPage({});
    await vi.advanceTimersByTimeAsync(0);
    expect(requests.map(({ text }) => text)).toEqual([body]);
    expect(stored).toEqual({});
  });

  test("leaves a younger one to its page until that must be gone", async () => {
    const body = left(30_000, "open ");
    await openPage({});
    await vi.advanceTimersByTimeAsync(119_000);
    expect(requests).toEqual([]);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(requests.map(({ text }) => text)).toEqual([body]);
  });

  test("of a sleeping page's batch loses and doubles nothing when that page wakes", async () => {
    const sleeper = await openSecondBatch("a");
    vi.setSystemTime(Date.now() + 3_600_000);
    await openPage({});
    await vi.advanceTimersByTimeAsync(0);
    expect(sent()).toEqual([["a:::1"]]);
    sleeper.track("b");
    sleeper.dispatch("pagehide");
    await vi.advanceTimersByTimeAsync(1000);
    // What was taken over is sent as it was taken over, under its id.
    const [adopted, ...others] = requests;
    expect(others.find(({ id }) => id == adopted?.id)?.text).toBe(adopted?.text);
    expect(others.filter(({ id }) => id != adopted?.id).map(({ pings }) => pings)).toEqual([["b:::1"]]);
    expect(warnings).toEqual([]);
  });
});
