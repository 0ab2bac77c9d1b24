import { createHash } from "node:crypto";
import { globSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContext, Page } from "playwright-core";
import puppeteer from "puppeteer-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { findChromium, launchBrowser } from "./support/browser.ts";
import { startFaultyProxy, type FaultyProxy } from "./support/faulty-proxy.ts";
import { servePage, type Site } from "./support/page.ts";
import { bundleWorker, startWorker, type Worker } from "./support/worker.ts";

const TOKEN = "the-token-of-these-tests";
const ASSETS = join(import.meta.dirname, "../packages/worker/dist/assets");

describe("a script tag", () => {
  let browser: Browser;
  let worker: Worker;
  let proxy: FaultyProxy;
  let context: BrowserContext;
  let page: Page;
  let shop: Site | undefined;
  let complaints: string[];

  beforeAll(async () => {
    browser = await launchBrowser();
    worker = startWorker(await bundleWorker(), mkdtempSync(join(tmpdir(), "tracker-")), { ADMIN_TOKEN: TOKEN });
  });
  beforeEach(async () => {
    proxy = await startFaultyProxy(await worker.url);
    context = await browser.newContext();
    page = await context.newPage();
    complaints = [];
    page.on("console", (message) => complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(error.message));
  });
  afterEach(async () => {
    await context.close();
    proxy.close();
    shop?.close();
  });
  afterAll(() => Promise.all([browser.close(), worker.kill()]));

  /** Opens a page with the script tag and the given body. */
  async function open(body: string, { tag = "", head = "", csp = "" } = {}): Promise<void> {
    shop = await servePage(
      `<!doctype html><title>shop</title>${head}<script src="${proxy.url}/tracker.js" ${tag}></script>${body}`,
      csp ? { "content-security-policy": csp } : {},
    );
    await page.goto(shop.url);
  }

  /** All that the Worker was sent, once the page has nothing more to send: `label:category:domId` and the count. */
  async function readSent(): Promise<Record<string, number>> {
    await page.evaluate(() => (window as unknown as Shop).tracker.flush());
    const sent: Record<string, number> = {};
    // Another tab may have sent the same again.
    const batches = new Map(proxy.batches.map((batch) => [batch.id, batch])).values();
    for (const [label, category, domId, count] of [...batches].flatMap(({ pings }) => pings)) {
      const key = `${label}:${category}:${domId}`;
      sent[key] = (sent[key] ?? 0) + count;
    }
    return sent;
  }

  it("counts clicks on annotated elements, by any way to click, and does not meddle with them", async () => {
    await open(`
      <button id="buy" data-track="order:buttons"><b>Buy</b></button>
      <button data-track="help:buttons:own-id">Help</button>
      <a id="link" href="#target" data-track="link|both:links">Link</a>
      <div data-track="outer"><span id="inner" data-track="inner">inner</span><i id="plain">plain</i></div>
      <button id="stops" data-track="stops" onclick="event.stopPropagation()">stops</button>
      <p id="none">nothing</p>`);
    await page.click("#buy b");
    await page.focus("#buy");
    await page.keyboard.press("Enter");
    await page.click("text=Help");
    await page.click("#link");
    await page.click("#link", { button: "middle" });
    await page.click("#link", { button: "right" });
    await page.click("#inner");
    await page.click("#plain");
    await page.click("#stops");
    await page.click("#none");
    expect(new URL(page.url()).hash).toBe("#target");
    expect(await readSent()).toEqual({
      "order:buttons:buy": 2,
      "help:buttons:own-id": 1,
      "link::link": 2,
      "both:links:link": 2,
      "inner::inner": 1,
      "outer::": 1,
      "stops::stops": 1,
    });
    expect(complaints).toEqual([]);
  });

  it("counts clicks on elements that are added later and inside open shadow roots", async () => {
    await open(`<div id="host"></div>`);
    await page.evaluate(() => {
      const button = document.createElement("button");
      button.dataset["track"] = "later";
      button.id = "later";
      document.body.append(button);
      const shadow = document.querySelector("#host")!.attachShadow({ mode: "open" });
      shadow.innerHTML = `<button id="deep" data-track="deep:shadow"><b>deep</b></button>`;
    });
    await page.click("#later");
    await page.click("#deep b");
    expect(await readSent()).toEqual({ "later::later": 1, "deep:shadow:deep": 1 });
  });

  it("counts a form that is sent, and not one that is not valid", async () => {
    await open(`
      <form id="search" data-track="search:forms" data-track-on="submit" onsubmit="return false">
        <input required><button>Go</button>
      </form>`);
    await page.click("button");
    await page.fill("input", "shoes");
    await page.keyboard.press("Enter");
    await page.click("button");
    expect(await readSent()).toEqual({ "search:forms:search": 2 });
  });

  it("counts once what is seen, also when it is added later", async () => {
    await open(`
      <p id="top" data-track="seen:views" data-track-on="view">top</p>
      <p style="margin-top: 3000px" id="far" data-track="far:views" data-track-on="view">far</p>`);
    await expect.poll(readSent).toEqual({ "seen:views:top": 1 });
    await page.click("#top");
    for (const id of ["far", "top", "far"]) {
      await page.locator(`#${id}`).scrollIntoViewIfNeeded();
      await page.waitForTimeout(100);
    }
    await page.evaluate(() => {
      const added = document.createElement("p");
      added.dataset["track"] = "added";
      added.dataset["trackOn"] = "view";
      added.textContent = "added";
      document.body.append(added);
      added.scrollIntoView();
    });
    await expect.poll(readSent).toEqual({ "seen:views:top": 1, "far:views:far": 1, "added::": 1 });
  });

  it("counts clicks on elements that are not annotated, by autotrack()", async () => {
    await open(`<a id="out" href="#out">out</a> <a id="home" href="#home">home</a>`);
    await page.evaluate(() =>
      (window as unknown as Shop).tracker.autotrack({
        selector: "a",
        label: (link) => link.id == "out" && `${link.hostname}:outbound`,
      }),
    );
    await page.click("#out");
    await page.click("#home");
    expect(await readSent()).toEqual({ "127.0.0.1:outbound:out": 1 });
  });

  it("may be loaded late: a stub keeps what is tracked before", async () => {
    await open(`<script>track("early")</script>`, {
      tag: "async",
      head: `<script>window.track ??= Object.assign((pings) => track.q.push(pings), { q: [] });</script>`,
    });
    await page.waitForFunction(() => "tracker" in window);
    await page.evaluate(() => (window as unknown as Shop).track("late"));
    expect(await readSent()).toEqual({ "early::": 1, "late::": 1 });
  });

  it("may stand on the page twice, beside an element that has its name", async () => {
    await open(`<p id="tracker"></p><script src="${proxy.url}/tracker.js"></script>
      <button data-track="once" id="once">once</button>`);
    await page.click("#once");
    expect(await readSent()).toEqual({ "once::once": 1 });
  });

  it("works under a strict content security policy", async () => {
    const csp = `default-src 'none'; script-src ${proxy.url}; connect-src ${proxy.url}; require-trusted-types-for 'script'`;
    await open(`<button data-track="strict" id="strict">strict</button>`, { csp });
    await page.click("#strict");
    expect(await readSent()).toEqual({ "strict::strict": 1 });
    expect(complaints).toEqual([]);
  });

  it("may be pinned to a file that is checked before it runs", async () => {
    const [file = ""] = globSync("tracker.*.js", { cwd: ASSETS });
    const digest = createHash("sha384")
      .update(readFileSync(join(ASSETS, file)))
      .digest("base64");
    const tag = (integrity: string) =>
      `<script src="${proxy.url}/${file}" integrity="sha384-${integrity}" crossorigin></script>`;
    shop = await servePage(`${tag(digest)}<button data-track="pinned" id="pinned">pinned</button>`);
    await page.goto(shop.url);
    await page.click("#pinned");
    expect(await readSent()).toEqual({ "pinned::pinned": 1 });
    shop.close();
    shop = await servePage(tag(digest.replace(/./, (first) => (first == "A" ? "B" : "A"))));
    await page.goto(shop.url);
    expect(await page.evaluate(() => "tracker" in window)).toBe(false);
  });

  it("waits for consent, keeping or dropping what comes before", async () => {
    for (const [enabled, kept] of [
      ["false", {}],
      ["null", { "before::": 1 }],
    ] as const) {
      proxy.batches.length = 0;
      await open(`<script>track("before")</script>`, { tag: `data-enabled="${enabled}"` });
      expect(await readSent()).toEqual({});
      expect(await page.evaluate(() => localStorage.length)).toBe(0);
      await page.evaluate(() => (window as unknown as Shop).tracker.optIn());
      await page.evaluate(() => (window as unknown as Shop).track("after"));
      expect(await readSent()).toEqual({ ...kept, "after::": 1 });
      await page.evaluate(() => (window as unknown as Shop).tracker.optOut());
      await page.reload();
      await page.evaluate(() => (window as unknown as Shop).track("never"));
      expect(await readSent()).toEqual({ ...kept, "after::": 1 });
      shop!.close();
    }
    expect(await context.cookies()).toEqual([]);
  });

  it("counts on a page that was made ahead of a click when it is shown", async () => {
    await open(`
      <script type="speculationrules">{"prerender":[{"urls":["?next"],"eagerness":"immediate"}]}</script>
      <a id="next" href="?next">next</a>
      <script>
        if (location.search) track(document.prerendering ? "ahead" : "shown");
      </script>`);
    // Playwright does not let a page be made ahead.
    const other = await puppeteer.launch(findChromium());
    const tab = await other.newPage();
    await tab.goto(shop!.url);
    await expect.poll(() => shop!.requests).toBe(4);
    // Longer than it takes to send what is tracked.
    await page.waitForTimeout(2000);
    expect(proxy.batches).toEqual([]);
    await Promise.all([tab.waitForNavigation(), tab.click("#next")]);
    // A busy machine may answer so late that it is sent again, under its id.
    const readBatches = () => [...new Map(proxy.batches.map((batch) => [batch.id, batch.pings])).values()];
    await expect.poll(readBatches).toEqual([[["ahead", "", "", 1]]]);
    await other.close();
  });

  it("counts a form that has a field by the name of one of its properties", async () => {
    await open(`
      <form id="order" data-track="order:forms" data-track-on="submit" onsubmit="return false">
        <input name="id"><button>Go</button>
      </form>`);
    await page.click("button");
    expect(await readSent()).toEqual({ "order:forms:order": 1 });
  });

  it.each([`data-enabled="yes"`, `data-enabled`])(
    "warns once of %s, sends nothing before the visitor's yes, and then all",
    async (tag) => {
      await open(`<script>track("before")</script>`, { tag });
      expect(await readSent()).toEqual({});
      expect(complaints).toEqual([expect.stringMatching("tracker: waits for optIn()")]);
      await page.evaluate(() => (window as unknown as Shop).tracker.optIn());
      expect(await readSent()).toEqual({ "before::": 1 });
      expect(complaints).toHaveLength(1);
    },
  );

  it.each([
    [`data-debug`, 2],
    [`data-debug="true"`, 2],
    [`data-debug="false"`, 1],
    ["", 1],
  ])("with %j warns %d times of two wrong pings", async (tag, times) => {
    await open(`<script>track(null); track(null)</script>`, { tag });
    expect(complaints).toHaveLength(times);
  });

  it("warns once of what cannot count, and breaks nothing", async () => {
    await open(`
      <button id="empty" data-track="">empty</button>
      <button id="long" data-track="${"x".repeat(251)}">long</button>
      <button id="fourth" data-track="a:b:c:d">fourth</button>
      <button id="good" data-track="good">good</button>`);
    await page.evaluate(() => {
      const { autotrack } = (window as unknown as Shop).tracker;
      const fail = () => {
        throw new Error("boo");
      };
      autotrack(null as never);
      autotrack({} as never);
      autotrack({ selector: "][", label: () => "a" });
      autotrack({ selector: "button", label: fail });
      autotrack({ selector: "button", label: 5 as never });
      autotrack({ selector: "button", label: () => false });
      autotrack({ selector: "button", label: () => 5 as never });
    });
    for (const id of ["empty", "long", "fourth", "good"]) await page.click(`#${id}`);
    expect(await readSent()).toMatchObject({ "good::good": 1 });
    expect(proxy.answers.reduce((sum, { accepted }) => sum + accepted, 0)).toBe(1);
    // What is no ping at all, and what the Worker refuses: each kind once.
    const kinds = complaints.map((complaint) => /^tracker: (not a ping|refused)/.exec(complaint)?.[1]);
    expect(new Set(kinds)).toEqual(new Set(["not a ping", "refused"]));
    expect(kinds).toHaveLength(2);
  });

  it.each(["globalPrivacyControl", "doNotTrack"])("honours %s, unless it is switched off", async (signal) => {
    // Chromium sends the first only by an extension.
    await page.addInitScript(`Object.defineProperty(navigator, "${signal}", { value: "1" })`);
    await open(`<button data-track="signal">signal</button>`);
    await page.click("button");
    expect(await readSent()).toEqual({});
    expect(await page.evaluate(() => localStorage.length)).toBe(0);
    shop!.close();
    await open(`<button data-track="signal">signal</button>`, { tag: `data-ignore-signals="true"` });
    await page.click("button");
    expect(await readSent()).toEqual({ "signal::": 1 });
  });

  it("holds an optOut() as long as the page where the storage is full", async () => {
    await open("");
    await page.evaluate(async () => {
      for (let size = 2 ** 22; size >= 1; size /= 2) {
        try {
          for (let index = 0; index < 9; index++) localStorage[`${size} ${index}`] = "x".repeat(size);
        } catch {
          // Full, but for less than that.
        }
      }
      const { optOut } = (window as unknown as Shop).tracker;
      await optOut();
      (window as unknown as Shop).track("never");
    });
    expect(await page.evaluate(() => "@tracker/sdk choice" in localStorage)).toBe(false);
    expect(await readSent()).toEqual({});
  });

  it("counts by an image where scripts are off", async () => {
    shop = await servePage(
      `<noscript><img src="${proxy.url}/track.gif?labels=visit:noscript:image" alt="" /></noscript>`,
    );
    const noScripts = await browser.newContext({ javaScriptEnabled: false });
    const tab = await noScripts.newPage();
    const answer = tab.waitForResponse("**/track.gif*");
    await tab.goto(shop.url);
    expect((await answer).headers()["content-type"]).toBe("image/gif");
    await noScripts.close();
    // The same page with scripts does not ask for it.
    await page.goto(shop.url);
    const stats = await fetch(`${await worker.url}/get_stats/?dom_ids=image`, {
      headers: { authorization: `Bearer ${TOKEN}` },
    });
    expect(await stats.json()).toEqual([["image", 1, "visit"]]);
  });

  it.each(["beforeunload", "pagehide", "visibilitychange", "unload"])(
    "counts what a page tracks in its own %s, when it is left",
    async (type) => {
      await open(`<script>document.addEventListener("${type}", () => track("last words"));
        addEventListener("${type}", () => track("last words"));</script>`);
      await page.evaluate(() => (window as unknown as Shop).track("first"));
      await page.goto("about:blank");
      const words = () => proxy.batches.flatMap(({ pings }) => pings).filter(([label]) => label == "last words");
      await expect.poll(() => words().length).toBeGreaterThan(0);
    },
  );

  it("sends with the next page what this one could not, under its first id", async () => {
    await open("");
    let lost = 0;
    proxy.fault = () => (lost++, "request lost");
    await page.evaluate(() => (window as unknown as Shop).track("late"));
    await page.goto("about:blank");
    await expect.poll(() => lost).toBeGreaterThan(0);
    proxy.fault = () => "none";
    await page.goto(shop!.url);
    await expect.poll(() => proxy.answers.length).toBeGreaterThan(0);
    expect(new Set(proxy.batches.map(({ id }) => id)).size).toBe(1);
    expect(proxy.answers.filter(({ duplicate }) => !duplicate)).toMatchObject([{ accepted: 1 }]);
  });

  it("sends what a crashed page had sealed, once", async () => {
    await open("");
    proxy.fault = () => "answer lost";
    await page.evaluate(() => (window as unknown as Shop).track("crash"));
    await expect.poll(() => proxy.answers.length).toBeGreaterThan(0);
    await Promise.all([page.waitForEvent("crash"), page.goto("chrome://crash").catch(() => {})]);
    proxy.fault = () => "none";
    const next = await context.newPage();
    const counted = proxy.answers.length;
    await next.goto(shop!.url);
    await expect.poll(() => proxy.answers.length).toBe(counted + 1);
    expect(new Set(proxy.batches.map(({ id }) => id)).size).toBe(1);
    expect(proxy.answers.filter(({ duplicate }) => !duplicate)).toMatchObject([{ accepted: 1 }]);
  });

  it("opens the heat map for a link that says so, and hides its token", async () => {
    await open(`<p>shop</p>`);
    await page.goto(`${shop!.url}?page=2#tracker-heatmap=secret`);
    await page.reload();
    await page.goto("about:blank");
    await page.goto(`${shop!.url}?page=2#tracker-heatmap=secret`);
    await page.waitForSelector("tracker-heatmap", { state: "attached" });
    expect(page.url()).toBe(`${shop!.url}?page=2`);
  });
});

interface Shop {
  track(pings: string): void;
  tracker: {
    flush(): Promise<void>;
    optIn(): Promise<void>;
    optOut(): Promise<void>;
    autotrack(options: { selector: string; label: (link: HTMLAnchorElement) => string | false }): void;
  };
}
