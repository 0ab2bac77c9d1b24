import puppeteer from "puppeteer-core";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import { findChromium } from "./support/browser.ts";
import { servePage, type Site } from "./support/page.ts";
import { startTracker, type Tracker } from "./support/tracker.ts";
import { openBrowser, type Tab, type Visitor } from "./support/visitor.ts";

// npm run test:firefox runs the same in Firefox.
const browser = await openBrowser();

const ELEMENTS = `
  <style>
    body { margin: 0 }
    button, a { display: block; position: fixed; width: 90px; height: 40px; margin: 0; padding: 0; border: 0 }
    .list { position: fixed; left: 0; top: 200px; width: 300px; height: 60px; overflow: auto }
    .list button { position: static }
  </style>
  <button id="plain" data-track="a:shop" style="left: 0; top: 0">plain</button>
  <button id="two-labels" data-track="a:shop|b:shop|c:other" style="left: 100px; top: 0">two</button>
  <button data-track="a:shop:own-id" style="left: 200px; top: 0">own id</button>
  <button id="mostly" data-track="a:shop" style="left: 0; bottom: -16px">60%</button>
  <button id="barely" data-track="a:shop" style="left: 100px; bottom: -24px">40%</button>
  <button id="outside" data-track="a:shop" style="left: 0; top: 5000px">outside</button>
  <button id="not-shown" data-track="a:shop" style="display: none">not shown</button>
  <button id="hidden" data-track="a:shop" style="left: 0; top: 50px; visibility: hidden">hidden</button>
  <button id="transparent" data-track="a:shop" style="left: 100px; top: 50px; opacity: 0">transparent</button>
  <button id="covered" data-track="a:shop" style="left: 200px; top: 50px">covered</button>
  <p style="position: fixed; left: 190px; top: 45px; margin: 0; width: 110px; height: 50px; background: white">banner</p>
  <button id="corner" data-track="a:shop" style="left: 0; top: 100px">corner</button>
  <p style="position: fixed; left: 70px; top: 100px; margin: 0; width: 20px; height: 20px; background: white"></p>
  <button id="empty" data-track="a:shop" style="left: 100px; top: 100px; width: 0">empty</button>
  <div inert><button id="inert" data-track="a:shop" style="left: 200px; top: 100px">inert</button></div>
  <button id="view" data-track="looked:views" data-track-on="view" style="left: 0; top: 150px">view</button>
  <div class="list">
    <button id="first" data-track="a:shop">first</button>
    <button id="second" data-track="a:shop" style="margin-top: 100px">second</button>
  </div>
  <div id="host"></div>
  <button id="flash" data-track="a:shop" style="left: 100px; top: 300px">flash</button>
  <a id="not-annotated" href="#x" style="left: 200px; top: 300px">not annotated</a>
  <script>
    document.getElementById("host").attachShadow({ mode: "open" }).innerHTML =
      '<button id="in-shadow" data-track="a:shop" style="position: fixed; left: 0; top: 300px; height: 40px"><slot></slot></button>';
    document.getElementById("host").append("in shadow");
    setTimeout(() => document.getElementById("flash").remove(), 500);
  </script>`;
/** What is seen of them without doing anything. */
const SEEN_AT_ONCE = {
  "shop:plain": 1,
  "shop:two-labels": 1,
  "other:two-labels": 1,
  "shop:own-id": 1,
  "shop:mostly": 1,
  "shop:corner": 1,
  "shop:first": 1,
  "shop:in-shadow": 1,
};

describe(`data-seen in ${browser.name}`, () => {
  let tracker: Tracker;
  let site: Site;
  let visitor: Visitor;
  let tab: Tab;

  beforeEach(async () => {
    tracker = await startTracker();
    visitor = await browser.newVisitor();
    tab = await visitor.openTab();
  });
  afterEach(async () => {
    await visitor.close();
    site.close();
    await tracker.stop();
  });
  afterAll(() => browser.close());

  async function open(body: string, attributes = `data-seen="true"`): Promise<void> {
    site = await servePage(
      `<!doctype html><title>shop</title><script src="${tracker.url}/tracker.js" ${attributes}></script>${body}`,
    );
    await tab.goto(site.url);
  }

  async function ask(query: string): Promise<Record<string, number>> {
    await tab.evaluate(() => (window as unknown as Shop).tracker.flush());
    const answer = await fetch(`${tracker.url}/api/statistics?limit=1000&${query}`, {
      headers: { authorization: `Bearer ${tracker.token}` },
    });
    const { rows } = (await answer.json()) as { rows: { category: string; dom_id: string; counter: number }[] };
    return Object.fromEntries(rows.map((row) => [`${row.category}:${row.dom_id}`, row.counter]));
  }

  const readSeen = () => ask("label=(seen)");
  async function expectSeen(seen: Record<string, number>): Promise<void> {
    await expect.poll(readSeen, { timeout: 60_000, interval: 250 }).toEqual(seen);
  }
  const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

  test("counts each of twenty elements once if it was half visible for a second, and no other", async () => {
    await open(ELEMENTS);
    await expectSeen(SEEN_AT_ONCE);
    await tab.evaluate(() => {
      document.querySelector(".list")!.scrollTop = 500;
      document.body.insertAdjacentHTML(
        "beforeend",
        `<button id="late" data-track="a:shop" style="left: 0; top: 350px">late</button>`,
      );
    });
    await expectSeen({ ...SEEN_AT_ONCE, "shop:second": 1, "shop:late": 1 });
    await tab.evaluate(() => (document.querySelector(".list")!.scrollTop = 0));
    // As long as it takes to be seen, twice.
    await wait(2500);
    expect(await readSeen()).toEqual({ ...SEEN_AT_ONCE, "shop:second": 1, "shop:late": 1 });
    await tab.click("#plain");
    // No actions: in no total, and in no list that does not ask for them.
    expect(await ask("")).toEqual({ "shop:plain": 1, "views:view": 1 });
    expect(await ask("group=day")).toEqual({ "undefined:undefined": 2 });
    const oldApi = await fetch(`${tracker.url}/get_stats/?dom_ids=plain`, {
      headers: { authorization: `Bearer ${tracker.token}` },
    });
    expect(await oldApi.json()).toEqual([["plain", 1, "a"]]);
  });

  test("needs no request of its own: what was seen is sent with the first click, and when the page is left", async () => {
    await open(
      `<button id="a" data-track="a:shop">a</button><p style="margin-top: 5000px"><button id="b" data-track="b:shop">b</button></p>`,
    );
    const countRequests = () =>
      tab.evaluate(
        () => performance.getEntriesByType("resource").filter(({ name }) => name.endsWith("/track/")).length,
      );
    const countStored = () =>
      tab.evaluate(() => Object.keys(localStorage).filter((key) => localStorage[key].includes("(seen)")).length);
    await expect.poll(countStored, { timeout: 60_000 }).toBe(1);
    expect(await countRequests()).toBe(0);
    await tab.click("#a");
    await expect.poll(countRequests, { timeout: 60_000 }).toBe(1);
    await tab.evaluate(() => document.querySelector("#b")!.scrollIntoView());
    await expect.poll(countStored, { timeout: 60_000 }).toBe(1);
    expect(await countRequests()).toBe(1);
    await tab.goto("about:blank");
    await tab.goto(site.url);
    expect(await readSeen()).toEqual({ "shop:a": 1, "shop:b": 1 });
  });

  test("counts what is not annotated, too, where clicks on it count", async () => {
    await open(
      `<main><a href="/pricing">Pricing</a> <button data-track="a:shop" id="a">a</button></main>
       <div data-track="card:shop" id="card"><a href="/card">card</a></div>`,
      `data-seen="true" data-auto="true"`,
    );
    await expectSeen({ 'auto:main a[href="/pricing"]': 1, "shop:a": 1, "shop:card": 1 });
    await wait(1500);
    expect(await readSeen()).toEqual({ 'auto:main a[href="/pricing"]': 1, "shop:a": 1, "shop:card": 1 });
  });

  test("counts nothing behind a dialog while it is open", async () => {
    await open(`
      <button id="behind" data-track="a:shop">behind</button>
      <dialog><button id="inside" data-track="a:shop">inside</button></dialog>
      <script>document.querySelector("dialog").showModal();</script>`);
    await expectSeen({ "shop:inside": 1 });
    await wait(2500);
    expect(await readSeen()).toEqual({ "shop:inside": 1 });
    await tab.evaluate(() => document.querySelector("dialog")!.close());
    await expectSeen({ "shop:inside": 1, "shop:behind": 1 });
  });

  test("counts nothing in a tab that nobody looks at, and begins anew when somebody does", async () => {
    await open(`
      <script>
        window.setShown = (isShown) => {
          Object.defineProperty(document, "visibilityState", { value: isShown ? "visible" : "hidden", configurable: true });
          document.dispatchEvent(new Event("visibilitychange"));
        };
        setShown(false);
      </script>
      <button id="tab" data-track="a:shop">tab</button>`);
    await wait(2500);
    expect(await readSeen()).toEqual({});
    for (let times = 0; times < 4; times++) {
      await tab.evaluate(() => (window as unknown as Shop).setShown(true));
      await wait(500);
      await tab.evaluate(() => (window as unknown as Shop).setShown(false));
    }
    expect(await readSeen()).toEqual({});
    await tab.evaluate(() => (window as unknown as Shop).setShown(true));
    await expectSeen({ "shop:tab": 1 });
  });

  test("counts once a page view: a page that changes its path shows another one", async () => {
    await open(`<button id="again" data-track="a:shop">again</button>`);
    await expectSeen({ "shop:again": 1 });
    await tab.evaluate(() => history.pushState(null, "", "/next?query"));
    await expectSeen({ "shop:again": 2 });
    await tab.evaluate(() => history.pushState(null, "", "/next?other"));
    await wait(2500);
    expect(await readSeen()).toEqual({ "shop:again": 2 });
  });

  test.skipIf(browser.name != "Chromium")("counts a page that was made ahead of a click when it is shown", async () => {
    await open(`
      <script type="speculationrules">{"prerender":[{"urls":["?next"],"eagerness":"immediate"}]}</script>
      <a id="next" href="?next">next</a>
      <script>if (location.search) document.body.insertAdjacentHTML("beforeend", '<button id="ahead" data-track="a:shop">ahead</button>');</script>`);
    // Playwright does not let a page be made ahead.
    const { executablePath, args, env } = findChromium();
    const other = await puppeteer.launch({ executablePath, args, env });
    const ahead = await other.newPage();
    await ahead.goto(site.url);
    await wait(3000);
    expect(await readSeen()).toEqual({});
    await Promise.all([ahead.waitForNavigation(), ahead.click("#next")]);
    // Two seconds of the shown page, and it is left.
    await wait(3000);
    await ahead.goto("about:blank");
    await expectSeen({ "shop:ahead": 1 });
    await other.close();
  });
});

type Shop = { tracker: { flush(): Promise<void> }; setShown(isShown: boolean): void };
