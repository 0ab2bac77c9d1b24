import { describe, expect, test, vi } from "vitest";
import { NOW, SERVER, openPage, requests, sent, warnings } from "../../test/fake-page.ts";

describe("track", () => {
  test("sends equal pings as one with a count, a second after the first", async () => {
    const { track } = await openPage({});
    track("signup:buttons:cta|visit");
    track("visit");
    track({ label: "visit", count: 5 });
    track(["a:b", { label: ":r1:", domId: "x|y" }]);
    await vi.advanceTimersByTimeAsync(999);
    expect(requests).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(requests).toMatchObject([{ url: `${SERVER}/track/`, at: NOW + 1000 }]);
    expect(sent()).toEqual([["signup:buttons:cta:1", "visit:::7", "a:b::1", ":r1:::x|y:1"]]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(requests).toHaveLength(1);
  });

  test("sends 1,000 clicks in ten seconds in two requests, also those on links within the page", async () => {
    const { dispatch, navigate, track } = await openPage({});
    for (let click = 0; click < 1000; click++) {
      track(`click:links:link${click % 20}`);
      navigate(true);
      await vi.advanceTimersByTimeAsync(10);
    }
    dispatch("pagehide");
    expect(requests).toHaveLength(2);
    const counts = sent()
      .flat()
      .map((ping) => Number(ping.split(":").at(-1)));
    expect(counts.reduce((sum, count) => sum + count)).toBe(1000);
  });

  test("sends at once when a link leads away", async () => {
    const { navigate, track } = await openPage({});
    track("away");
    navigate(false);
    expect(sent()).toEqual([["away:::1"]]);
  });

  test("sends at once what fills a batch", async () => {
    const { flush, track } = await openPage({});
    for (let index = 0; index < 1000; index++) track(`label ${index}`);
    expect(sent().length).toBeGreaterThan(0);
    await flush();
    expect(sent().length).toBeLessThan(5);
    expect(sent().flat()).toHaveLength(1000);
  });

  test("sends 10,000 pings at once in few requests", async () => {
    const { flush, track } = await openPage({});
    track(Array.from({ length: 10_000 }, (_, index) => `label ${index}`));
    await flush();
    expect(sent().flat()).toHaveLength(10_000);
    expect(requests.length).toBeLessThan(40);
    expect(warnings).toEqual([]);
  });

  test("counts more than one ping may say", async () => {
    const { flush, track } = await openPage({});
    for (let index = 0; index < 25; index++) track({ label: "a", count: 100 });
    await flush();
    expect(sent()).toEqual([["a:::1000"], ["a:::1000"], ["a:::500"]]);
  });

  test("keeps what is tracked before init, and says that it waits", async () => {
    const { init, track } = await openPage();
    track("early");
    await vi.advanceTimersByTimeAsync(5000);
    expect(warnings).toEqual(["tracker: not counted yet no init()"]);
    init({ endpoint: SERVER });
    await vi.advanceTimersByTimeAsync(1000);
    expect(sent()).toEqual([["early:::1"]]);
  });

  describe("never throws, warns once of a kind, and counts the right pings beside", () => {
    const circular: Record<string, unknown> = {};
    circular["label"] = circular;
    const circularList: unknown[] = [];
    circularList.push(circularList, circularList);
    const boo = () => {
      throw new Error("boo");
    };
    const hostile = new Proxy({}, { get: boo, has: boo, ownKeys: boo, getPrototypeOf: boo });
    const inputs: [name: string, input: unknown][] = [
      ["nothing", ""],
      ["blanks", "  "],
      ["a fourth part", "a:b:c:d"],
      ["a label too long", "x".repeat(251)],
      ["a category too long", `a:${"x".repeat(101)}`],
      ["a DOM id too long", `a:b:${"x".repeat(251)}`],
      ["a megabyte", "x".repeat(1_000_000)],
      ["a control character", "\0"],
      ["null", null],
      ["undefined", undefined],
      ["a number", 5],
      ["a BigInt", 5n],
      ["a symbol", Symbol("a")],
      ["a boolean", true],
      ["a function", () => "a"],
      ["an empty object", {}],
      ["a circular object", circular],
      ["a circular list", circularList],
      ["a hostile proxy", hostile],
      ["a hostile label", { label: { toString: boo } }],
      ["a label that is a proxy", { label: hostile }],
      ...[0, -1, 1.5, "2", 1_001, Number.NaN, Infinity, 2n, Symbol("2"), hostile].map(
        (count, index): [string, unknown] => [`wrong count ${index}`, { label: "a", count }],
      ),
    ];
    test.each(inputs)("%s", async (_, input) => {
      const { flush, track } = await openPage({});
      expect(() => track(input as never)).not.toThrow();
      track("good|a:b:c:d|also good||");
      track(["beside", input, { label: "last" }] as never);
      await flush();
      expect(sent().flat()).toEqual(["good:::1", "also good:::1", "beside:::1", "last:::1"]);
      // What cannot be sent, and what the server refuses: each kind once.
      const kinds = warnings.map((warning) => /^tracker: (not a ping|refused)/.exec(warning)?.[1]);
      expect(kinds).toEqual([...new Set(kinds)]);
      expect(kinds).toContain("refused");
    });
  });

  test("may be called for each item of a list", async () => {
    const { flush, track } = await openPage({});
    ["a", "b"].forEach(track as (label: string) => void);
    await flush();
    expect(sent()).toEqual([["a:::1", "b:::1"]]);
  });

  test("warns each time in debug mode", async () => {
    const { track } = await openPage({ debug: true });
    track(null as never);
    track(null as never);
    expect(warnings).toHaveLength(2);
  });
});
