import { describe, expect, test, vi } from "vitest";
import { SERVER, openPage, requests, sent, warnings } from "../../test/fake-page.ts";

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
