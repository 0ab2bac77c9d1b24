import { describe, expect, test, vi } from "vitest";
import {
  answers,
  openPage,
  refuse,
  requests,
  sent,
  storage,
  stored,
  unreachable,
  warnings,
} from "../../test/fake-page.ts";

describe("the visitor's choice", () => {
  test.each([{ globalPrivacyControl: true }, { doNotTrack: "1" }])("%o is honoured", async (browser) => {
    const { flush, track } = await openPage({}, browser);
    track("a");
    await flush();
    expect(requests).toEqual([]);
    expect(stored).toEqual({});
  });

  test("signals can be ignored", async () => {
    const { flush, track } = await openPage({ ignoreSignals: true }, { globalPrivacyControl: true });
    track("a");
    await flush();
    expect(requests).toHaveLength(1);
  });

  test("optOut is remembered and drops what is not sent, optIn takes it back", async () => {
    const page = await openPage({});
    answers.push(unreachable);
    page.track("a");
    await page.flush();
    await page.optOut();
    page.track("b");
    await page.flush();
    await vi.advanceTimersByTimeAsync(600_000);
    const next = await openPage({});
    next.track("c");
    await next.flush();
    expect(requests).toHaveLength(1);
    expect(stored).toEqual({ "@tracker/sdk choice": "out" });
    await next.optIn();
    next.track("d");
    await next.flush();
    expect(sent()).toEqual([["a:::1"], ["d:::1"]]);
  });

  test.each(["optOut", "optIn"] as const)("%s holds for the page where storage is full", async (choose) => {
    storage.isFull = true;
    const page = await openPage({ enabled: choose == "optOut" });
    await page[choose]();
    page.track("a");
    await page.flush();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(sent()).toEqual(choose == "optOut" ? [] : [["a:::1"]]);
  });

  test("optOut drops what is stored, and is remembered, also where storage was full before", async () => {
    const page = await openPage({});
    answers.push(unreachable, unreachable);
    page.track("stored");
    await page.flush();
    storage.isFull = true;
    page.track("not stored");
    await page.flush();
    storage.isFull = false;
    await page.optOut();
    expect(stored).toEqual({ "@tracker/sdk choice": "out" });
  });

  test("optOut in another tab holds for a page whose storage was full", async () => {
    storage.isFull = true;
    const page = await openPage({});
    page.track("a");
    await page.flush();
    storage.isFull = false;
    stored["@tracker/sdk choice"] = "out";
    page.track("b");
    await page.flush();
    expect(sent()).toEqual([["a:::1"]]);
  });

  test.each(["clock_ahead", "too_old"])("optOut holds also for a batch that is answered %s only then", async (code) => {
    const page = await openPage({});
    const answer = Promise.withResolvers<Response>();
    answers.push(() => answer.promise);
    page.track("a");
    const flushed = page.flush();
    await page.optOut();
    answer.resolve(refuse(400, code));
    await flushed;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(stored).toEqual({ "@tracker/sdk choice": "out" });
    await page.optIn();
    expect(requests).toHaveLength(1);
  });

  test("optOut holds for the page where storage is forbidden", async () => {
    storage.isForbidden = true;
    const { flush, optOut, track } = await openPage({});
    await optOut();
    track("a");
    await flush();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(requests).toEqual([]);
  });

  test.each([{ enabled: "yes" }, { enabled: "" }, { enabled: 1 }, { enabled: Symbol("yes") }, { enabled: {} }])(
    "%o is no answer: it warns once, sends nothing, and keeps what happens until there is one",
    async (options) => {
      const { flush, optIn, track } = await openPage(options as never);
      track("a");
      await flush();
      await vi.advanceTimersByTimeAsync(60_000);
      expect(requests).toEqual([]);
      expect(stored).toEqual({});
      expect(warnings).toHaveLength(1);
      await optIn();
      expect(sent()).toEqual([["a:::1"]]);
    },
  );

  test.each(["yes", "false", "", 1, null])("ignoreSignals: %o ignores no signal", async (ignoreSignals) => {
    const { flush, track } = await openPage({ ignoreSignals: ignoreSignals as never }, { globalPrivacyControl: true });
    track("a");
    await flush();
    expect(requests).toEqual([]);
  });

  test("optOut drops what other tabs have not sent, for good", async () => {
    const other = await openPage({});
    answers.push(...Array.from({ length: 9 }, () => unreachable));
    other.track("unsent");
    await other.flush();
    other.track("open");
    await vi.advanceTimersByTimeAsync(1000);
    expect(Object.keys(stored)).toHaveLength(2);
    const page = await openPage({});
    await page.optOut();
    expect(stored).toEqual({ "@tracker/sdk choice": "out" });
    other.dispatch("storage", { key: "@tracker/sdk choice", newValue: "out" });
    await page.optIn();
    requests.length = answers.length = 0;
    await vi.advanceTimersByTimeAsync(600_000);
    expect(requests).toEqual([]);
    expect(stored).toEqual({ "@tracker/sdk choice": "in" });
  });

  test("enabled: false drops until consent, and remembers it", async () => {
    const { flush, optIn, track } = await openPage({ enabled: false });
    track("a");
    await flush();
    expect(requests).toEqual([]);
    expect(stored).toEqual({});
    await optIn();
    track("b");
    await flush();
    const next = await openPage({ enabled: false });
    next.track("c");
    await next.flush();
    expect(sent()).toEqual([["b:::1"], ["c:::1"]]);
  });

  test("enabled: null keeps until consent, in memory", async () => {
    const { dispatch, flush, optIn, track } = await openPage({ enabled: null });
    track("a");
    await flush();
    dispatch("visibilitychange");
    expect(requests).toEqual([]);
    expect(stored).toEqual({});
    await optIn();
    expect(sent()).toEqual([["a:::1"]]);
  });

  test("what waits for consent is bounded, and a warning says so", async () => {
    const { optIn, track } = await openPage({ enabled: null });
    track(Array.from({ length: 10_000 }, (_, index) => `label ${index}`));
    await optIn();
    expect(sent()).toHaveLength(1);
    expect(sent().flat().length).toBeGreaterThan(200);
    expect(warnings).toHaveLength(1);
  });
});
