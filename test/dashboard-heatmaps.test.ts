import type { Page } from "playwright-core";
import { describe, expect } from "vitest";
import { findBarriers } from "./support/axe.ts";
import { it } from "./support/dashboard.ts";
import { servePage } from "./support/page.ts";
import { logIn } from "./support/tracker.ts";

describe("the dashboard's heat maps", () => {
  it.beforeAll(({ track }) => track("now:links:now"));
  it.beforeEach(async ({ page, tracker, open }) => {
    await logIn(page, tracker);
    await open("heatmaps");
  });

  it("opens a page's heat map in a tab of its own, which Esc closes, and says that it is open", async ({
    tracker,
    track,
    page,
  }) => {
    const shop = await servePage(`<!doctype html>
      <title>Shop</title>
      <script src="${tracker.url}/tracker.js" async></script>
      <button id="now">Now</button>`);
    const shopPage = await openHeatmap(page, shop.url);
    await shopPage.waitForURL((url) => url.href.startsWith(shop.url) && url.hash === "");
    const count = shopPage.locator("tracker-heatmap div > b");
    await expect.poll(() => count.allTextContents()).toEqual([expect.stringMatching(/^\d+$/)]);
    await expect.poll(() => page.getByRole("status").innerText()).toMatch(/^The heat map of http:.* is open/);
    const before = Number.parseInt((await count.textContent())!);
    await track("now:links:now");
    await expect.poll(() => count.textContent()).toBe(`${before + 1}`);
    await shopPage.keyboard.press("Escape");
    await expect.poll(() => count.count()).toBe(0);
    await shopPage.close();
    shop.close();
  });

  it("says that a page has no tag, five seconds after it was opened", async ({ tracker, page }) => {
    const shop = await servePage("<!doctype html><title>Shop</title><button>Now</button>");
    const shopPage = await openHeatmap(page, shop.url);
    await expect.poll(() => page.getByRole("status").innerText()).toMatch(/there seems to be no tag/);
    expect(await page.locator("#no-tag").innerText()).toContain(`<script src="${tracker.url}/tracker.js"`);
    expect(await findBarriers(page)).toEqual([]);
    await shopPage.close();
    shop.close();
  });
});

async function openHeatmap(page: Page, url: string): Promise<Page> {
  await page.getByLabel("Where do people click?").fill(url);
  const [opened] = await Promise.all([
    page.context().waitForEvent("page"),
    page.getByRole("button", { name: "Open heat map" }).click(),
  ]);
  return opened;
}
