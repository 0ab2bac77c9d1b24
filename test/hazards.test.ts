import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { launchBrowser } from "./support/browser.ts";
import { servePage, type Site } from "./support/page.ts";
import { startTracker, type Tracker } from "./support/tracker.ts";

// Pages whose own code or markup could make a tracker lose every count without a word. Each must count, and keep what is its own.

let browser: Browser;
let tracker: Tracker;
let context: BrowserContext;
let page: Page;
let site: Site | undefined;
let complaints: string[];
let clicks = 0;

beforeAll(async () => {
  [browser, tracker] = await Promise.all([launchBrowser(), startTracker()]);
});
beforeEach(async () => {
  context = await browser.newContext();
  page = await context.newPage();
  complaints = [];
  page.on("console", (message) => complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
});
afterEach(async () => {
  await context.close();
  site?.close();
});
afterAll(() => Promise.all([browser.close(), tracker.stop()]));

/** Opens a page with a button, clicks it, and waits until that is counted. */
async function expectClickToCount(before: string, after = ""): Promise<void> {
  const id = `button-${++clicks}`;
  site = await servePage(
    `<!doctype html><title>shop</title>${before}<script src="${tracker.url}/tracker.js"></script>${after}
    <button id="${id}" data-track="click:buttons">buy</button>`,
  );
  await page.goto(site.url);
  await page.click(`#${id}`);
  await page.evaluate(`window[Symbol.for("@tracker/sdk")].flush()`);
  await expect.poll(() => readCount(id)).toBe(1);
}

async function readCount(id: string): Promise<number> {
  const answer = await fetch(`${tracker.url}/get_stats/?dom_ids=${id}`, {
    headers: { authorization: `Bearer ${tracker.token}` },
  });
  const [row] = (await answer.json()) as [id: string, counter: number, label: string][];
  return row?.[1] ?? 0;
}

describe("a page's own globals", () => {
  it("window.tracker and window.track stay the page's, and one warning names them", async () => {
    await expectClickToCount(
      `<script>window.tracker = { track: () => "mine", kind: "parcels" }; function track() { return "mine"; }</script>`,
    );
    const globals = `[tracker.track(), tracker.kind, track(), typeof window[Symbol.for("@tracker/sdk")].track]`;
    expect(await page.evaluate(globals)).toEqual(["mine", "parcels", "mine", "function"]);
    expect(complaints).toEqual(["tracker: name taken tracker"]);
  });

  it.each([
    [`let tracker = "mine", track = "mine";`, `[tracker, track]`],
    [`var tracker = "mine"; var track = "mine";`, `[tracker, track]`],
    [`Object.defineProperty(window, "tracker", { value: "mine" }); window.track = "mine";`, `[tracker, track]`],
  ])("%s", async (script, read) => {
    await expectClickToCount(`<script>${script}</script>`);
    expect(await page.evaluate(read)).toEqual(["mine", "mine"]);
  });

  it("localStorage.tracker is no visitor's choice", async () => {
    await expectClickToCount(`<script>localStorage.tracker = "out"; localStorage["tracker x"] = "mine";</script>`);
    expect(await page.evaluate(`[localStorage.tracker, localStorage["tracker x"]]`)).toEqual(["out", "mine"]);
    expect(complaints).toEqual([]);
  });

  it("a page that clears the storage all the time loses nothing", async () => {
    await expectClickToCount(`<script>setInterval(() => localStorage.clear(), 50)</script>`);
  });

  it.each([
    ["Array.prototype.toJSON", `Array.prototype.toJSON = function () { return "[" + this.join() + "]"; };`],
    [
      "Object.keys with what is inherited",
      `Object.keys = (o) => { const all = []; for (const key in o) all.push(key); return all; };`,
    ],
    ["Array.from", `Array.from = (list) => [].slice.call(list);`],
    [
      "Array.prototype.map, find and reverse",
      `const { map, find, reverse } = Array.prototype;
       Array.prototype.map = function (f) { return map.call(this, (value, index) => f(value, index)); };
       Array.prototype.find = function (f) { return find.call(this, (value) => f(value)); };
       Array.prototype.reverse = function (inline) { return reverse.call(inline === false ? [...this] : this); };`,
    ],
  ])("%s as Prototype.js 1.6 has it", async (_, script) => {
    await expectClickToCount(`<script>${script}</script>`);
    expect(complaints).toEqual([]);
  });
});

describe("an element with the name of what the client reads", () => {
  const NAMES = [
    ..."currentScript querySelectorAll prerendering visibilityState addEventListener location body".split(" "),
    ..."tracker track navigation localStorage navigator fetch crypto history document setTimeout".split(" "),
    ..."console IntersectionObserver Symbol window @tracker/sdk globalPrivacyControl".split(" "),
  ];

  it.each(NAMES)("%s", async (name) => {
    await expectClickToCount(
      `<img name="${name}" id="${name}" src="${tracker.url}/evil/x.gif"><form name="${name}"><input name="q"><input name="track"></form>`,
      `<iframe name="${name}" src="about:blank"></iframe>`,
    );
    expect(complaints.filter((text) => text.startsWith("tracker:"))).toEqual([]);
  });

  it("cannot say where the heat map is loaded from", async () => {
    const asked: string[] = [];
    page.on("request", (request) => asked.push(request.url()));
    site = await servePage(
      `<!doctype html><title>shop</title><img name="currentScript" src="http://127.0.0.1:9/x/p.gif" data-endpoint="http://127.0.0.1:9/">
      <script src="${tracker.url}/tracker.js"></script>`,
    );
    await page.goto(`${site.url}#tracker-heatmap=secret`);
    await page.waitForSelector("tracker-heatmap", { state: "attached" });
    expect(asked.filter((url) => url.includes("127.0.0.1:9/") && !url.endsWith("p.gif"))).toEqual([]);
  });

  it.each(["getAttribute", "matches", "dataset", "id", "nodeType"])("in a form: %s", async (name) => {
    site = await servePage(
      `<!doctype html><title>shop</title><script src="${tracker.url}/tracker.js"></script>
      <div id="outer-${name}" data-track="click:outer"><form onsubmit="return false"><input name="${name}"><i>text</i></form></div>`,
    );
    await page.goto(site.url);
    await page.click("i");
    await page.evaluate(`tracker.flush()`);
    await expect.poll(() => readCount(`outer-${name}`)).toBe(1);
    expect(complaints).toEqual([]);
  });
});

describe("a page with a router of its own", () => {
  it("may take the link from the dashboard for a path: the heat map opens, and the token leaves the address", async () => {
    site = await servePage(
      `<!doctype html><title>shop</title><script>location.hash = "#/" + encodeURIComponent(location.hash.slice(1));</script>
      <script src="${tracker.url}/tracker.js" async></script>`,
    );
    await page.goto(`${site.url}#tracker-heatmap=secret`);
    await page.waitForSelector("tracker-heatmap", { state: "attached" });
    await expect.poll(() => page.url()).toBe(site.url);
  });
});

describe("a script tag that cannot know its address", () => {
  it("says so", async () => {
    site = await servePage(
      `<!doctype html><title>shop</title><script type="module" src="${tracker.url}/tracker.js"></script>`,
    );
    await page.goto(site.url);
    await expect.poll(() => complaints).toEqual(["tracker: not started a module has no data-* attributes"]);
  });
});
