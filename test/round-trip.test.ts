import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchBrowser } from "./support/browser.ts";
import { selectFrom } from "./support/databases.ts";
import { servePage } from "./support/page.ts";
import { startTracker, type Tracker } from "./support/tracker.ts";

describe("the round trip", () => {
  let browser: Browser;
  let page: Page;
  let tracker: Tracker;
  let shop: { url: string; close(): void };

  beforeAll(async () => {
    [browser, tracker] = await Promise.all([launchBrowser(), startTracker()]);
    shop = await servePage(`<!doctype html>
      <title>Shop</title>
      <script src="${tracker.url}/tracker.js"></script>
      <script type="module">
        import { showHeatmap } from "${tracker.url}/heatmap.js";
        window.openHeatmap = () => showHeatmap({ endpoint: "${tracker.url}", token: "${tracker.token}" });
      </script>
      <button id="buy" onclick="track('order:buttons:buy')">Buy</button>
      <button id="help" onclick="track({ label: 'help', category: 'buttons', domId: 'help' })">Help</button>
      <button id="never">Never clicked</button>`);
    page = await browser.newPage();
  });
  afterAll(async () => {
    await browser.close();
    shop.close();
    await tracker.stop();
  });

  async function readStats(): Promise<unknown> {
    const headers = { authorization: `Bearer ${tracker.token}` };
    return (await fetch(`${tracker.url}/get_stats/?dom_ids=buy|help|never`, { headers })).json();
  }

  it("turns clicks on a page into rows and colours", async () => {
    await page.goto(shop.url);
    for (const id of ["buy", "buy", "help", "buy"]) await page.click(`#${id}`);

    // Counted, durable, and not in D1 yet.
    const counted = [
      ["buy", 3, "order"],
      ["help", 1, "help"],
    ];
    await expect.poll(readStats).toEqual(counted);

    const report = await fetch(`${tracker.url}/report/`, { headers: { authorization: `Bearer ${tracker.token}` } });
    expect(await report.text()).toBe("ok");
    expect(await readStats()).toEqual(counted);
    const query = "SELECT label, category, dom_id, counter FROM statistic ORDER BY counter";
    expect(selectFrom(tracker.persistTo, "statistic", query)).toEqual([
      { label: "help", category: "buttons", dom_id: "help", counter: 1 },
      { label: "order", category: "buttons", dom_id: "buy", counter: 3 },
    ]);

    const before = await page.content();
    await page.evaluate("openHeatmap()");
    // Playwright looks into open shadow roots.
    const numbers = page.locator("tracker-heatmap div > b");
    await expect.poll(() => numbers.allTextContents()).toEqual(["3", "1"]);
    const [more, fewer] = [await numbers.first().evaluate(readLightness), await numbers.last().evaluate(readLightness)];
    expect(more).toBeLessThan(fewer);
    // The page's own elements are as they were: the overlay stands beside them.
    expect((await page.content()).replace(/<tracker-heatmap.*<\/tracker-heatmap>/s, "")).toBe(before);
  });
});

/** How light the element's background is, from 0 to 765. */
function readLightness(element: Element): number {
  const canvas = new OffscreenCanvas(1, 1).getContext("2d")!;
  canvas.fillStyle = getComputedStyle(element).backgroundColor;
  canvas.fillRect(0, 0, 1, 1);
  const [red, green, blue] = canvas.getImageData(0, 0, 1, 1).data;
  return red! + green! + blue!;
}
