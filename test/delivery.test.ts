import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startFaultyProxy, type Fault, type FaultyProxy } from "./support/faulty-proxy.ts";
import { servePage, type Site } from "./support/page.ts";
import { makeRandom } from "./support/random.ts";
import { leave, openBrowser, type Tab, type Visitor } from "./support/visitor.ts";
import { bundleWorker, startWorker, type Worker } from "./support/worker.ts";

const TOKEN = "the-token-of-these-tests";

// npm run test:firefox runs the same in Firefox.
const browser = await openBrowser();

describe(`a page in ${browser.name}`, () => {
  let worker: Worker;
  let workerUrl: string;
  let proxy: FaultyProxy;
  let shop: Site;
  let visitor: Visitor;
  let tab: Tab;

  beforeAll(async () => {
    worker = startWorker(await bundleWorker(), mkdtempSync(join(tmpdir(), "tracker-")), { ADMIN_TOKEN: TOKEN });
    workerUrl = await worker.url;
  });
  beforeEach(async () => {
    proxy = await startFaultyProxy(workerUrl);
    shop = await servePage(`<!doctype html>
      <title>shop</title>
      <script>
        if (sessionStorage.hasNoNavigationApi) Object.defineProperty(window, "navigation", {});
      </script>
      <script src="${proxy.url}/tracker.js"></script>
      <a id="next" href="?next">next page</a>
      <script>
        document.getElementById("next").addEventListener("click", () => track("call:calls:" + document.body.dataset.domId));
      </script>`);
    visitor = await browser.newVisitor();
    tab = await visitor.openTab();
    await tab.goto(shop.url);
  });
  afterEach(async () => {
    await visitor.close();
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
    const unsent = () => tab.evaluate(() => Object.keys(localStorage).filter((key) => /^@tracker\/sdk \d/.test(key)));
    await expect.poll(unsent).toEqual([]);
  }

  const call = (domIds: string[]) =>
    tab.evaluate((ids) => {
      for (const id of ids) (window as unknown as Shop).track(`call:calls:${id}`);
    }, domIds);

  /** Clicks a link that tracks the click and leads away. */
  async function clickNext(domId: string): Promise<void> {
    await tab.evaluate((id) => document.body.setAttribute("data-dom-id", id), domId);
    await leave(tab, () => tab.click("#next"));
  }

  const reload = () => leave(tab, () => tab.evaluate(() => void setTimeout(() => location.reload())));
  const goBack = () => leave(tab, () => tab.evaluate(() => void setTimeout(() => history.back())));
  const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

  it(
    "counts 1,000 calls exactly, across reloads, navigations, offline times and a failing server",
    { timeout: 180_000 },
    async () => {
      const random = makeRandom(20_261_123);
      const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)]!;
      const domIds = Array.from({ length: 10 }, (_, index) => `exact-${index}`);
      const expected: Record<string, number> = Object.fromEntries(domIds.map((domId) => [domId, 0]));
      const callsMade = (): number => Object.values(expected).reduce((sum, count) => sum + count, 0);

      async function callSome(times: number): Promise<void> {
        const calls = Array.from({ length: times }, () => pick(domIds));
        for (const domId of calls) expected[domId]!++;
        await call(calls);
      }

      const actions = {
        reload,
        clickNext: async () => {
          const domId = pick(domIds);
          expected[domId]!++;
          await clickNext(domId);
        },
        back: async () => {
          const canGoBack = await tab.evaluate(() => (window as unknown as Shop).navigation.canGoBack);
          if (canGoBack) await goBack();
        },
        newTab: async () => {
          const old = tab;
          tab = await visitor.openTab();
          await tab.goto(shop.url);
          await old.close({ runBeforeUnload: true });
          await expect.poll(() => old.isClosed()).toBe(true);
        },
        stay: () => wait(300),
        offline: async () => {
          await visitor.setOffline(true);
          await callSome(10);
          // Longer than it takes to seal a batch.
          await wait(1200);
          await visitor.setOffline(false);
        },
        faults: async () => {
          proxy.fault = () => pick<Fault>(["none", "request lost", "answer lost", "503", "429"]);
        },
        noFaults: async () => {
          proxy.fault = () => "none";
        },
      };
      while (callsMade() < 960) {
        await callSome(Math.floor(random() * 40));
        await actions[pick(Object.keys(actions) as (keyof typeof actions)[])]();
      }
      await callSome(1000 - callsMade());
      proxy.fault = () => "none";
      await reload();
      await untilDelivered();
      expect(await readCounts(domIds)).toEqual(expected);
      expect(proxy.answers.some(({ duplicate }) => duplicate)).toBe(true);
    },
  );

  it.each([
    ["seldom sends a batch again that the page before has sent", true, 2],
    ["sends it again once for a link, where nothing tells that a page will be left", false, 12],
  ])("%s", async (_, hasNavigationApi, most) => {
    if (!hasNavigationApi) await tab.evaluate(() => (sessionStorage["hasNoNavigationApi"] = true));
    shop.delayMs = 200;
    // Where the tracker answers sooner than the shop, the page that is left learns that its batch was counted.
    shop.isReady = () => proxy.underWay == 0;
    await reload();
    const domId = `link-${hasNavigationApi}`;
    for (let index = 0; index < 10; index++) {
      await wait(100);
      await clickNext(domId);
    }
    await untilDelivered();
    expect(await readCounts([domId])).toEqual({ [domId]: 10 });
    const again = proxy.answers.filter(({ duplicate }) => duplicate);
    expect(again.length).toBeLessThanOrEqual(most);
  });

  it("goes on counting on a page that comes back from the back/forward cache", async ({ skip }) => {
    skip(
      !browser.hasBackForwardCache,
      "This browser has no back/forward cache. Install Chromium or Google Chrome to run it.",
    );
    await call(["cached"]);
    await tab.evaluate(() => ((window as unknown as Shop).isSamePage = true));
    await tab.goto(`${shop.url}?other`);
    await goBack();
    expect(await tab.evaluate(() => (window as unknown as Shop).isSamePage)).toBe(true);
    await call(["cached"]);
    // A try whose answer Firefox has forgotten ends after 30 seconds.
    await expect.poll(() => readCounts(["cached"])).toEqual({ cached: 2 });
  });

  it("has two tabs that send what was left to both, and counts it once", async () => {
    await visitor.setOffline(true);
    for (let index = 0; index < 5; index++) {
      await call(["tabs"]);
      await tab.evaluate(() => (window as unknown as Shop).tracker.flush());
    }
    await visitor.setOffline(false);
    proxy.fault = () => "503";
    for (let others = 0; others < 3; others++) await (await visitor.openTab()).goto(shop.url);
    proxy.fault = () => "none";
    await untilDelivered();
    expect(await readCounts(["tabs"])).toEqual({ tabs: 5 });
    // Five batches, four tabs.
    expect(proxy.answers.length).toBeLessThanOrEqual(20);
  });
});

interface Shop {
  isSamePage?: boolean;
  navigation: { canGoBack: boolean };
  track(labels: string): void;
  tracker: { flush(): Promise<void> };
}
