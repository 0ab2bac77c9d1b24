import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { launchBrowser } from "./support/browser.ts";
import { startFaultyProxy, type Fault, type FaultyProxy } from "./support/faulty-proxy.ts";
import { servePage } from "./support/page.ts";
import { bundleWorker, startWorker, type Worker } from "./support/worker.ts";

const TOKEN = "token";

describe("a page in Chromium", () => {
  let browser: Browser;
  let worker: Worker;
  let workerUrl: string;
  let proxy: FaultyProxy;
  let shop: Awaited<ReturnType<typeof servePage>>;
  let context: BrowserContext;
  let page: Page;

  beforeAll(async () => {
    // Playwright switches the back/forward cache off, which pages have.
    browser = await launchBrowser({ ignoreDefaultArgs: ["--disable-back-forward-cache"] });
    worker = startWorker(await bundleWorker(), mkdtempSync(join(tmpdir(), "tracker-")), { ADMIN_TOKEN: TOKEN });
    workerUrl = await worker.url;
  });
  beforeEach(async () => {
    proxy = await startFaultyProxy(workerUrl);
    shop = await servePage(`<!doctype html>
      <title>shop</title>
      <script src="${proxy.url}/tracker.js"></script>
      <a id="next" href="?next">next page</a>
      <script>
        document.getElementById("next").addEventListener("click", () => track("call:calls:" + document.body.dataset.domId));
      </script>`);
    context = await browser.newContext();
    page = await context.newPage();
    await page.goto(shop.url);
  });
  afterEach(async () => {
    await context.close();
    shop.close();
    proxy.close();
  });
  afterAll(() => Promise.all([browser.close(), worker.kill()]));

  async function readCounts(domIds: string[]): Promise<Record<string, number>> {
    const response = await fetch(`${workerUrl}/get_stats/?dom_ids=${domIds.join("|")}`, {
      headers: { authorization: `Bearer ${TOKEN}` },
    });
    const rows = (await response.json()) as [domId: string, counter: number, label: string][];
    return Object.fromEntries(rows.map(([domId, counter]) => [domId, counter]));
  }

  async function untilDelivered(): Promise<void> {
    const unsent = () => page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith("tracker ")));
    await expect.poll(unsent, { timeout: 30_000 }).toEqual([]);
  }

  /** Playwright's own waits for a load that a page from the back/forward cache does not have. */
  async function goBack(): Promise<void> {
    await Promise.all([page.waitForEvent("framenavigated"), page.evaluate(() => setTimeout(() => history.back()))]);
  }

  /** Clicks a link that tracks the click and leads away. */
  async function clickNext(domId: string): Promise<void> {
    await page.evaluate((id) => document.body.setAttribute("data-dom-id", id), domId);
    await Promise.all([page.waitForNavigation(), page.click("#next")]);
  }

  it(
    "counts 1,000 calls exactly, across reloads, navigations, offline times and a failing server",
    { timeout: 180_000 },
    async () => {
      const random = makeRandom(20_261_123);
      const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)]!;
      const domIds = Array.from({ length: 10 }, (_, index) => `exact-${index}`);
      const expected: Record<string, number> = Object.fromEntries(domIds.map((domId) => [domId, 0]));
      const callsMade = (): number => Object.values(expected).reduce((sum, count) => sum + count, 0);

      async function call(times: number): Promise<void> {
        const calls = Array.from({ length: times }, () => pick(domIds));
        for (const domId of calls) expected[domId]!++;
        await page.evaluate((ids) => {
          for (const id of ids) (window as unknown as Shop).track(`call:calls:${id}`);
        }, calls);
      }

      const actions = {
        reload: () => page.reload(),
        clickNext: async () => {
          const domId = pick(domIds);
          expected[domId]!++;
          await clickNext(domId);
        },
        back: async () => {
          await goBack();
          if (!page.url().startsWith(shop.url)) await page.goto(shop.url);
        },
        newTab: async () => {
          const old = page;
          page = await context.newPage();
          await page.goto(shop.url);
          await Promise.all([old.waitForEvent("close"), old.close({ runBeforeUnload: true })]);
        },
        stay: () => page.waitForTimeout(300),
        offline: async () => {
          await context.setOffline(true);
          await call(10);
          // Longer than it takes to seal a batch.
          await page.waitForTimeout(1200);
          await context.setOffline(false);
        },
        faults: () => {
          proxy.fault = () => pick<Fault>(["none", "request lost", "answer lost", "503", "429"]);
        },
        noFaults: () => {
          proxy.fault = () => "none";
        },
      };
      while (callsMade() < 980) {
        await call(Math.floor(random() * 40));
        await actions[pick(Object.keys(actions) as (keyof typeof actions)[])]();
      }
      await call(1000 - callsMade());
      proxy.fault = () => "none";
      await page.reload();
      await untilDelivered();
      expect(await readCounts(domIds)).toEqual(expected);
      expect(proxy.answers.some(({ duplicate }) => duplicate)).toBe(true);
    },
  );

  it.each([
    ["seldom sends a batch again that the page before has sent", true, 2],
    ["sends it again once for a link, where nothing tells that a page will be left", false, 12],
  ])("%s", async (_, hasNavigationApi, most) => {
    if (!hasNavigationApi) await page.addInitScript("Object.defineProperty(window, 'navigation', {})");
    shop.delayMs = 200;
    await page.reload();
    const domId = `link-${hasNavigationApi}`;
    for (let index = 0; index < 10; index++) {
      await page.waitForTimeout(300);
      await clickNext(domId);
    }
    await untilDelivered();
    expect(await readCounts([domId])).toEqual({ [domId]: 10 });
    const again = proxy.answers.filter(({ duplicate }) => duplicate);
    expect(again.length).toBeLessThanOrEqual(most);
  });

  it("sends what a crashed page had sealed, once", async () => {
    proxy.fault = () => "answer lost";
    await page.evaluate(() => (window as unknown as Shop).track("call:calls:crash"));
    await expect.poll(() => proxy.answers.length, { timeout: 10_000 }).toBeGreaterThan(0);
    await Promise.all([page.waitForEvent("crash"), page.goto("chrome://crash").catch(() => {})]);
    proxy.fault = () => "none";
    page = await context.newPage();
    await page.goto(shop.url);
    await untilDelivered();
    expect(await readCounts(["crash"])).toEqual({ crash: 1 });
  });

  it("goes on counting on a page that comes back from the back/forward cache", async () => {
    await page.evaluate(() => {
      (window as unknown as Shop).track("call:calls:cached");
      (window as unknown as Shop).isSamePage = true;
    });
    await page.goto(`${shop.url}?other`);
    await goBack();
    await page.waitForFunction(() => (window as unknown as Shop).isSamePage);
    await page.evaluate(() => (window as unknown as Shop).track("call:calls:cached"));
    await untilDelivered();
    await expect.poll(() => readCounts(["cached"]), { timeout: 10_000 }).toEqual({ cached: 2 });
  });

  it("has two tabs that send what was left to both, and counts it once", async () => {
    await context.setOffline(true);
    for (let index = 0; index < 5; index++) {
      await page.evaluate(async () => {
        (window as unknown as Shop).track("call:calls:tabs");
        await (window as unknown as Shop).tracker.flush();
      });
    }
    await context.setOffline(false);
    proxy.fault = () => "503";
    const tabs = await Promise.all([1, 2, 3].map(() => context.newPage()));
    await Promise.all(tabs.map((tab) => tab.goto(shop.url)));
    proxy.fault = () => "none";
    await untilDelivered();
    expect(await readCounts(["tabs"])).toEqual({ tabs: 5 });
    // Five batches, four tabs.
    expect(proxy.answers.length).toBeLessThanOrEqual(20);
  });
});

interface Shop {
  isSamePage?: boolean;
  track(labels: string): void;
  tracker: { flush(): Promise<void> };
}

/** The same numbers from 0 to 1 each time (mulberry32). */
function makeRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
