import { describe, expect, test, vi } from "vitest";
import { NOW, SERVER, openPage, requests, sent, stored, warnings } from "../../test/fake-page.ts";

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

describe("init", () => {
  test("does nothing where there is no page", async () => {
    const { init } = await openPage();
    vi.stubGlobal("document", undefined);
    expect(() => init({ endpoint: SERVER })).not.toThrow();
  });

  const boo = () => {
    throw new Error("boo");
  };
  test.each([
    ["null", null],
    ["a number", 5],
    ["a symbol", Symbol("a")],
    ["text", "https://tracker.example.com"],
    ["no options", {}],
    ["what cannot be", { enabled: undefined, endpoint: undefined, beforeSend: undefined, site: undefined }],
  ])("takes %s for no options", async (_, given) => {
    const { flush, init, track } = await openPage();
    init(given as never);
    track("a");
    await flush();
    expect(sent()).toEqual([["a:::1"]]);
    expect(warnings).toEqual([]);
  });

  test.each([
    ["a proxy that throws", new Proxy({}, { ownKeys: boo })],
    ["an endpoint that is no text", { endpoint: 5 }],
    ["an endpoint that is a symbol", { endpoint: Symbol("a") }],
    ["an endpoint that throws", { endpoint: { replace: boo } }],
  ])("warns of %s, and starts when it is called again", async (_, given) => {
    const { flush, init, track } = await openPage();
    expect(() => init(given as never)).not.toThrow();
    track("a");
    await flush();
    expect(requests).toEqual([]);
    expect(warnings).toEqual([expect.stringMatching(/^tracker: not sent/), "tracker: not counted yet no init()"]);
    init({ endpoint: SERVER });
    await flush();
    expect(sent()).toEqual([["a:::1"]]);
  });

  test("warns of a site that is no text", async () => {
    for (const site of [5n, { toJSON: boo }]) {
      const { flush, track } = await openPage({ site: site as never });
      track("a");
      await flush();
      expect(warnings.splice(0)).toHaveLength(1);
    }
    expect(requests).toEqual([]);
  });

  test("knows the endpoint with and without slashes, and a base path", async () => {
    for (const [endpoint, url] of [
      ["https://a.example/", "https://a.example/track/"],
      ["https://a.example/t", "https://a.example/t/track/"],
      [undefined, "/track/"],
    ] as const) {
      const page = await openPage();
      page.init(endpoint === undefined ? {} : { endpoint });
      page.track("a");
      await page.flush();
      expect(requests.pop()?.url).toBe(url);
    }
  });

  test("names the site when it is told to", async () => {
    const { flush, track } = await openPage({ site: "shop.example" });
    track("a");
    await flush();
    expect(requests).toMatchObject([{ site: "shop.example" }]);
  });

  test("a second call changes options and nothing else", async () => {
    const { dispatch, init, track } = await openPage({});
    init({ beforeSend: (ping) => ({ ...ping, category: "edited" }) });
    track("a");
    dispatch("visibilitychange");
    expect(sent()).toEqual([["a:edited::1"]]);
  });

  test("waits until a page made ahead of a click is shown", async () => {
    const { dispatch, init, track } = await openPage();
    vi.stubGlobal("document", { prerendering: true });
    init({ endpoint: SERVER });
    track("a");
    await vi.advanceTimersByTimeAsync(5000);
    dispatch("visibilitychange");
    expect(requests).toEqual([]);
    vi.stubGlobal("document", { prerendering: false });
    dispatch("visibilitychange");
    expect(sent()).toEqual([["a:::1"]]);
  });
});

describe("beforeSend", () => {
  test("edits and drops pings, equal ones once", async () => {
    const seen: unknown[] = [];
    const { flush, track } = await openPage({
      beforeSend: (ping) => {
        seen.push(ping);
        if (ping.label == "secret") return null;
        return { ...ping, domId: "" };
      },
    });
    track("a:b:c|secret|a:b:c");
    await flush();
    expect(sent()).toEqual([["a:b::2"]]);
    expect(seen).toEqual([
      { label: "a", category: "b", domId: "c", count: 2 },
      { label: "secret", category: "", domId: "", count: 1 },
    ]);
  });

  const boo = () => {
    throw new Error("boo");
  };
  test.each([
    ["throws", boo],
    ["rejects", async () => boo()],
    ["is no function", "edit"],
  ])("drops the ping, with one warning, when it %s", async (_, beforeSend) => {
    const { flush, init, track } = await openPage({
      beforeSend: ((ping: { label: string }) =>
        ping.label == "good" ? ping : (beforeSend as (ping: unknown) => unknown)(ping)) as never,
    });
    track("bad|good|worse");
    await flush();
    expect(sent().flat()).toEqual(["good:::1"]);
    expect(warnings).toContainEqual(expect.stringMatching(/^tracker: not a ping/));
    // Counting goes on.
    init({ beforeSend: (ping) => ping });
    track("later");
    await flush();
    expect(sent().at(-1)).toEqual(["later:::1"]);
    expect(stored).toEqual({});
  });

  test("sees what was tracked before init()", async () => {
    const { init, track } = await openPage();
    track(["a", { label: "secret", count: 2 }]);
    await vi.advanceTimersByTimeAsync(5000);
    init({ endpoint: SERVER, beforeSend: (ping) => ping.label != "secret" && ping });
    await vi.advanceTimersByTimeAsync(1000);
    expect(sent()).toEqual([["a:::1"]]);
  });

  test("keeps the count where the edited ping has none", async () => {
    const { flush, track } = await openPage({ beforeSend: ({ label }) => ({ label }) });
    track("a:b|a:b");
    await flush();
    expect(sent()).toEqual([["a:::2"]]);
  });

  test("may track: that goes out with the next batch", async () => {
    const { flush, track } = await openPage({
      beforeSend: (ping) => {
        if (ping.label == "a") track("seen");
        return ping;
      },
    });
    track("a");
    await flush();
    await flush();
    expect(sent()).toEqual([["a:::1"], ["seen:::1"]]);
  });

  test.each([
    ["a label too long", { label: "x".repeat(251) }],
    ["a count too high", { label: "a", count: 1_001 }],
    ["a category that is no text", { label: "a", category: 5 }],
    ["a megabyte", { label: "a", category: "x".repeat(1_000_000) }],
  ])("drops what it makes of a ping if that is none: %s", async (_, edited) => {
    const { flush, track } = await openPage({
      beforeSend: (ping) => (ping.label == "good" ? ping : (edited as never)),
    });
    track("bad|good");
    await flush();
    expect(sent()).toEqual([["good:::1"]]);
    expect(warnings).toHaveLength(1);
  });

  test("may make pings longer: what one request cannot hold goes in several", async () => {
    const { flush, track } = await openPage({
      beforeSend: (ping) => ({ ...ping, label: ping.label.padEnd(250, "語"), domId: "番".repeat(250) }),
    });
    track(Array.from({ length: 200 }, (_, index) => `label ${index}`));
    await flush();
    expect(sent().flat()).toHaveLength(200);
    for (const { text } of requests) expect(new TextEncoder().encode(text).length).toBeLessThan(65_536);
  });

  test("sends no batch when it drops everything", async () => {
    const { flush, track } = await openPage({ beforeSend: () => false });
    track("a");
    await flush();
    expect(requests).toEqual([]);
  });
});
