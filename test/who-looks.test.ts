import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { launchBrowser } from "./support/browser.ts";
import { servePage, type Site } from "./support/page.ts";
import { showHeatmap } from "./support/pages.ts";
import { startTracker, type Tracker } from "./support/tracker.ts";

describe("who looks does not count", () => {
  let tracker: Tracker;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let site: Site;

  beforeAll(async () => {
    browser = await launchBrowser();
  });
  beforeEach(async () => {
    tracker = await startTracker();
    site = await servePage(`<!doctype html><title>shop</title>
      <script src="${tracker.url}/tracker.js" data-auto="true" data-seen="true"></script>
      <script>track("visit")</script>
      <button id="buy" data-track="order:shop">Buy</button> <button id="more">More</button>`);
    context = await browser.newContext();
    page = await context.newPage();
  });
  afterEach(async () => {
    await context.close();
    site.close();
    await tracker.stop();
  });
  afterAll(() => browser.close());

  /** All that is counted, what was seen included. */
  async function readCounts(): Promise<Record<string, number>> {
    await page.evaluate(() => (window as unknown as { tracker: { flush(): Promise<void> } }).tracker.flush());
    const counts: Record<string, number> = {};
    for (const query of ["", "label=(seen)"]) {
      const answer = await fetch(`${tracker.url}/api/statistics?${query}`, {
        headers: { authorization: `Bearer ${tracker.token}` },
      });
      const { rows } = (await answer.json()) as { rows: { label: string; dom_id: string; counter: number }[] };
      for (const { label, dom_id: domId, counter } of rows) counts[`${label}:${domId}`] = counter;
    }
    return counts;
  }

  async function clickBoth(): Promise<void> {
    await page.click("#buy");
    // As text: test runners rewrite `import()`. It is loaded after the page.
    await page.evaluate(`import("${tracker.url}/auto.js").then(() => {})`);
    await page.click("#more");
  }

  test("while a heat map is open, and does again when it is closed", async () => {
    await page.goto(site.url);
    await page.click("#buy");
    expect(await readCounts()).toMatchObject({ "visit:": 1, "order:buy": 1 });
    await expect.poll(readCounts).toMatchObject({ "(seen):buy": 1, "(seen):more": 1 });
    const before = await readCounts();
    await showHeatmap(page, { endpoint: tracker.url, token: tracker.token });
    await clickBoth();
    // The panel's own buttons, too.
    await page.locator("tracker-heatmap button").first().click();
    await page.evaluate(`track("called")`);
    expect(await readCounts()).toEqual(before);
    await page.evaluate("heatmap.remove()");
    await clickBoth();
    expect(await readCounts()).toEqual({ ...before, "order:buy": 2, "click:more": 1 });
  });

  test("on a page that is opened for its heat map, from the start", async () => {
    await page.goto(`${site.url}#tracker-heatmap=${tracker.token}`);
    await clickBoth();
    await page.locator("tracker-heatmap aside").waitFor();
    await clickBoth();
    // Longer than it takes to be seen.
    await page.waitForTimeout(2500);
    expect(await readCounts()).toEqual({});
  });

  test("but visitors do whom a page shows its counts", async () => {
    await page.goto(site.url);
    await showHeatmap(page, { endpoint: tracker.url, token: tracker.token, panel: false, counting: true });
    await page.click("#buy");
    expect(await readCounts()).toMatchObject({ "order:buy": 1 });
  });

  test("in a browser that was opened once with #tracker-ignore, which says so", async () => {
    const said: string[] = [];
    page.on("dialog", async (dialog) => {
      said.push(dialog.message());
      await dialog.accept();
    });
    await page.goto(`${site.url}?from=dashboard#tracker-ignore`);
    await page.waitForURL(`${site.url}?from=dashboard`);
    await expect.poll(() => said).toEqual(["Tracker no longer counts this browser on this site."]);
    await clickBoth();
    await page.goto(site.url);
    await clickBoth();
    await page.waitForTimeout(2500);
    expect(await readCounts()).toEqual({});
    expect(said).toHaveLength(1);
  });
});
