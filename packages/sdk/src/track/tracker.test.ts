import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { decodeBatch } from "../protocol/batch.ts";
import type { Options } from "./options.ts";

const NOW = Date.parse("2026-11-23T12:00:00Z");
const SERVER = "https://tracker.example.com";

/** What the server is asked and how it answers, next first. */
let requests: { url: string; text: string; id: string; at: number; site?: string; pings: string[] }[];
let answers: (() => Response | Promise<Response>)[];
let warnings: string[];
let stored: Record<string, string>;

const accept = (rejected: object[] = [], now = Date.now()) =>
  Response.json({ accepted: 1, duplicate: false, rejected, now });
const refuse = (status: number, code: string, headers = {}) =>
  Response.json({ error: { code, message: `about ${code}` }, now: Date.now() }, { status, headers });
const unreachable = () => Promise.reject(new TypeError("Failed to fetch"));

beforeEach(() => {
  requests = [];
  answers = [];
  warnings = [];
  stored = {};
  vi.useFakeTimers({ now: NOW });
  vi.spyOn(Math, "random").mockReturnValue(0.5);
  vi.spyOn(console, "warn").mockImplementation(
    (...words: unknown[]) => void warnings.push(words.map(String).join(" ")),
  );
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

/** A new page on the same origin: its own modules, the visitor's storage. */
async function openPage(options?: Options, browser: object = {}) {
  vi.resetModules();
  const events = new EventTarget();
  vi.stubGlobal("window", globalThis);
  vi.stubGlobal("document", { prerendering: false });
  vi.stubGlobal("addEventListener", events.addEventListener.bind(events));
  vi.stubGlobal("localStorage", stored);
  vi.stubGlobal("navigator", browser);
  const navigation = new EventTarget();
  vi.stubGlobal("navigation", navigation);
  vi.stubGlobal("fetch", async (url: string, { body }: { body: string }) => {
    const batch = decodeBatch(body);
    if (!batch.ok) throw new Error(`a page sent what is no batch: ${batch.message}`);
    const { rejected: _, pings, ...rest } = batch.value;
    requests.push({
      ...rest,
      url,
      text: body,
      pings: pings.map(({ label, category, domId, count }) => [label, category, domId, count].join(":")),
    });
    return (answers.shift() ?? accept)();
  });
  const page = await import("./tracker.ts");
  if (options) page.init({ endpoint: SERVER, ...options });
  return {
    ...page,
    dispatch: (type: string) => events.dispatchEvent(new Event(type)),
    navigate: (sameDocument: boolean) =>
      navigation.dispatchEvent(Object.assign(new Event("navigate"), { destination: { sameDocument } })),
  };
}

const sent = () => requests.map(({ pings }) => pings);

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

  test("sends 1,000 clicks in ten seconds in ten requests, also those on links within the page", async () => {
    const { navigate, track } = await openPage({});
    for (let click = 0; click < 1000; click++) {
      track(`click:links:link${click % 20}`);
      navigate(true);
      await vi.advanceTimersByTimeAsync(10);
    }
    await vi.advanceTimersByTimeAsync(1000);
    expect(requests).toHaveLength(10);
    expect(sent().map((pings) => pings.length)).toEqual(Array.from({ length: 10 }, () => 20));
  });

  test("sends at once when a link leads away", async () => {
    const { navigate, track } = await openPage({});
    track("away");
    navigate(false);
    expect(sent()).toEqual([["away:::1"]]);
  });

  test("sends at once what fills a batch, and the rest in a second", async () => {
    const { track } = await openPage({});
    for (let index = 0; index < 1000; index++) track(`label ${index}`);
    expect(sent()).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1000);
    expect(sent().length).toBeLessThan(5);
    expect(sent().flat()).toHaveLength(1000);
  });

  test("sends 10,000 pings at once in few requests", async () => {
    const { track } = await openPage({});
    track(Array.from({ length: 10_000 }, (_, index) => `label ${index}`));
    await vi.advanceTimersByTimeAsync(1000);
    expect(sent().flat()).toHaveLength(10_000);
    expect(requests.length).toBeLessThan(40);
    expect(warnings).toEqual([]);
  });

  test("counts more than one ping may say", async () => {
    const { track } = await openPage({});
    for (let index = 0; index < 25; index++) track({ label: "a", count: 1000 });
    await vi.advanceTimersByTimeAsync(1000);
    expect(sent()).toEqual([["a:::9000"], ["a:::9000"], ["a:::7000"]]);
  });

  test("keeps what is tracked before init", async () => {
    const { init, track } = await openPage();
    track("early");
    await vi.advanceTimersByTimeAsync(5000);
    init({ endpoint: SERVER });
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
      ...[0, -1, 1.5, "2", 10_001, Number.NaN, Infinity, 2n, Symbol("2"), hostile].map(
        (count, index): [string, unknown] => [`wrong count ${index}`, { label: "a", count }],
      ),
    ];
    test.each(inputs)("%s", async (_, input) => {
      const { flush, track } = await openPage({});
      expect(() => track(input as never)).not.toThrow();
      track("good|a:b:c:d|also good||");
      track(["beside", input, { label: "last" }] as never);
      await flush();
      expect(sent()).toEqual([["good:::1", "also good:::1", "beside:::1", "last:::1"]]);
      expect(warnings).toHaveLength(1);
      expect(warnings[0]).toMatch(/^tracker: not a ping/);
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
    track("a:b:c:d");
    track("");
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
    expect(warnings).toHaveLength(1);
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
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/^tracker: not a ping (TypeError|Error: boo)/);
    // The queue goes on.
    init({ beforeSend: (ping) => ping });
    track("later");
    await flush();
    expect(sent().at(-1)).toEqual(["later:::1"]);
    expect(stored).toEqual({});
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
    await vi.advanceTimersByTimeAsync(1000);
    expect(sent()).toEqual([["a:::1"], ["seen:::1"]]);
  });

  test("sends no batch when it drops everything", async () => {
    const { flush, track } = await openPage({ beforeSend: () => false });
    track("a");
    await flush();
    expect(requests).toEqual([]);
  });
});

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

  test("leaves the batches of another tracker alone", async () => {
    stored = { "tracker https://other.example/track/ 1790000000000AAAAAAAAAAAAAAAAAAAAAA": "{}", unrelated: "1" };
    const before = { ...stored };
    const { flush } = await openPage({});
    await flush();
    expect(requests).toEqual([]);
    expect(stored).toEqual(before);
  });

  test("keeps the newest 64 KiB while the server does not answer, and says so once", async () => {
    const { flush, track } = await openPage({});
    answers = Array.from({ length: 1000 }, () => unreachable);
    for (let round = 0; round < 100; round++) {
      track(Array.from({ length: 49 }, (_, index) => `round ${round} label ${index}`));
      await flush();
      await vi.advanceTimersByTimeAsync(60_000);
    }
    const kept = JSON.stringify(stored);
    expect(kept.length).toBeLessThan(90_000);
    expect(kept).toContain("round 99 ");
    expect(kept).not.toContain("round 0 ");
    expect(warnings.filter((warning) => warning.includes("not counted"))).toHaveLength(1);
  });

  test("works from memory while storage is full, and deletes there what it has sent", async () => {
    let isFull = false;
    stored = new Proxy(stored, {
      set(storage, key, value) {
        if (isFull) throw new DOMException("full", "QuotaExceededError");
        return Reflect.set(storage, key, value);
      },
    });
    const { flush, track } = await openPage({});
    answers.push(unreachable);
    track("kept");
    await flush();
    isFull = true;
    track("not kept");
    await flush();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(sent()).toEqual([["kept:::1"], ["kept:::1"], ["not kept:::1"]]);
    expect(stored).toEqual({});
  });

  test("works from memory where storage is forbidden", async () => {
    const page = await openPage();
    Object.defineProperty(globalThis, "localStorage", {
      configurable: true,
      get() {
        throw new DOMException("denied", "SecurityError");
      },
    });
    vi.resetModules();
    const { flush, init, track } = await import("./tracker.ts");
    init({ endpoint: SERVER });
    answers.push(unreachable);
    track("a");
    await flush();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(sent()).toEqual([["a:::1"], ["a:::1"]]);
    expect(page).toBeDefined();
  });

  test("works from memory where storage is full", async () => {
    stored = new Proxy(stored, {
      set() {
        throw new DOMException("full", "QuotaExceededError");
      },
    });
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
    expect(sent()).toEqual([["a:::1"], ["a:::1"], ["b:::1"]]);
  });

  test("sends no second batch while the first cannot be sent", async () => {
    const { dispatch, flush, track } = await openPage({});
    answers = Array.from({ length: 3 }, () => unreachable);
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

  test("tries again what has had no answer for 30 seconds, and holds nothing else up for longer", async () => {
    const { flush, track } = await openPage({});
    answers.push(() => new Promise(() => {}));
    track("a");
    const flushed = flush();
    track("b");
    await vi.advanceTimersByTimeAsync(30_000);
    await flushed;
    expect(sent()).toEqual([["a:::1"]]);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(sent()).toEqual([["a:::1"], ["a:::1"], ["b:::1"]]);
    expect(stored).toEqual({});
  });

  test("drops what something other than a tracker refuses, and says with which status", async () => {
    const { flush, track } = await openPage({});
    answers.push(() => new Response("<h1>Blocked</h1>", { status: 403 }));
    track("a");
    await flush();
    expect(stored).toEqual({});
    expect(warnings).toEqual(["tracker: refused 403"]);
  });

  test("drops what is refused, with the server's reason", async () => {
    const { flush, track } = await openPage({});
    answers.push(
      () => refuse(403, "site_unknown"),
      () => new Response("no such page", { status: 404 }),
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
    const { flush, track } = await openPage({ beforeSend: (ping) => ({ ...ping, category: 5 as never }) });
    answers.push(() => accept([{ index: 0, code: "bad_type", message: "category is not text" }]));
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
  test("is the server's, once it is known", async () => {
    const { flush, track } = await openPage({});
    answers.push(() => accept([], NOW + 3_600_000));
    track("a");
    await flush();
    track("b");
    await flush();
    expect(requests.map(({ at }) => at)).toEqual([NOW, NOW + 3_600_000]);
  });

  test.each(["clock_ahead", "too_old"])("a batch refused as %s when first sent is sealed again", async (code) => {
    const { flush, track } = await openPage({});
    answers.push(() => Response.json({ error: { code, message: "" }, now: NOW - 7_200_000 }, { status: 400 }));
    track("a");
    await flush();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(sent()).toEqual([["a:::1"], ["a:::1"]]);
    expect(requests[1]?.id).not.toBe(requests[0]?.id);
    expect(requests[1]?.at).toBe(NOW - 7_200_000);
    expect(stored).toEqual({});
  });

  test.each(["clock_ahead", "too_old"])("a batch refused as %s later may have counted: it is dropped", async (code) => {
    const { flush, track } = await openPage({});
    answers.push(unreachable, () => refuse(400, code));
    track("a");
    await flush();
    await vi.advanceTimersByTimeAsync(600_000);
    expect(requests).toHaveLength(2);
    expect(stored).toEqual({});
  });

  test("a server that refuses every clock is not asked in a loop", async () => {
    const { flush, track } = await openPage({});
    answers = Array.from({ length: 1000 }, () => () => refuse(400, "clock_ahead"));
    track("a");
    await flush();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(requests.length).toBeLessThan(10);
  });
});

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
    expect(stored).toEqual({ tracker: "out" });
    await next.optIn();
    next.track("d");
    await next.flush();
    expect(sent()).toEqual([["a:::1"], ["d:::1"]]);
  });

  test.each(["optOut", "optIn"] as const)("%s holds for the page where storage is full", async (choose) => {
    stored = new Proxy(stored, {
      set() {
        throw new DOMException("full", "QuotaExceededError");
      },
    });
    const page = await openPage({ enabled: choose == "optOut" });
    await page[choose]();
    page.track("a");
    await page.flush();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(sent()).toEqual(choose == "optOut" ? [] : [["a:::1"]]);
  });

  test("optOut drops what is stored, and is remembered, also where storage was full before", async () => {
    let isFull = false;
    stored = new Proxy(stored, {
      set(storage, key, value) {
        if (isFull) throw new DOMException("full", "QuotaExceededError");
        return Reflect.set(storage, key, value);
      },
    });
    const page = await openPage({});
    answers.push(unreachable, unreachable);
    page.track("stored");
    await page.flush();
    isFull = true;
    page.track("not stored");
    await page.flush();
    isFull = false;
    await page.optOut();
    expect(stored).toEqual({ tracker: "out" });
  });

  test("optOut in another tab holds for a page whose storage was full", async () => {
    let isFull = true;
    stored = new Proxy(stored, {
      set(storage, key, value) {
        if (isFull) throw new DOMException("full", "QuotaExceededError");
        return Reflect.set(storage, key, value);
      },
    });
    const page = await openPage({});
    page.track("a");
    await page.flush();
    isFull = false;
    stored["tracker"] = "out";
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
    expect(stored).toEqual({ tracker: "out" });
    await page.optIn();
    expect(requests).toHaveLength(1);
  });

  test("optOut holds for the page where storage is forbidden", async () => {
    await openPage();
    Object.defineProperty(globalThis, "localStorage", {
      configurable: true,
      get() {
        throw new DOMException("denied", "SecurityError");
      },
    });
    vi.resetModules();
    const { flush, init, optOut, track } = await import("./tracker.ts");
    init({ endpoint: SERVER });
    await optOut();
    track("a");
    await flush();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(requests).toEqual([]);
  });

  test.each([
    { enabled: "yes" },
    { enabled: "" },
    { enabled: Symbol("yes") },
    { enabled: {} },
    { ignoreSignals: "yes" },
  ])("%o is no answer: it warns once, sends nothing, and keeps what happens until there is one", async (options) => {
    const { flush, init, optIn, track } = await openPage(options as never);
    track("a");
    await flush();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(requests).toEqual([]);
    expect(stored).toEqual({});
    expect(warnings).toHaveLength(1);
    if ("enabled" in options) await optIn();
    else init({ ignoreSignals: false });
    expect(sent()).toEqual([["a:::1"]]);
  });

  test('a script tag\'s "false" is false', async () => {
    const { flush, track } = await openPage({ ignoreSignals: "false" as never }, { globalPrivacyControl: true });
    track("a");
    await flush();
    expect(requests).toEqual([]);
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
    expect(sent().flat().length).toBeGreaterThan(300);
    expect(warnings).toHaveLength(1);
  });
});
