import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { showHeatmap } from "./support/pages.ts";
import { panelOf, startShop, type Shop } from "./support/shop.ts";
import { startTracker } from "./support/tracker.ts";

describe("the panel's numbers", () => {
  let shop: Shop;
  let page: Page;

  beforeAll(async () => {
    shop = await startShop([
      // Two weeks over all pages: 118 after 100, 36 after 100, new, gone.
      [9, "order", "shop", "cta", 100],
      [4, "order", "shop", "cta", 118],
      [8, "zoom", "shop", "pic", 100],
      [5, "zoom", "shop", "pic", 36],
      [3, "share", "shop", "icon", 7],
      [13, "help", "shop", "", 4],
      // Neither week.
      [20, "quiet", "shop", "quiet", 1_000],
      // Of it on two pages.
      [4, "order", "shop", "cta", 78, "/"],
      [4, "order", "shop", "cta", 40, "/pricing"],
      [9, "order", "shop", "cta", 10, "/pricing"],
      // Seen, and never clicked.
      [4, "(seen)", "shop", "cta", 1_180],
      [5, "(seen)", "shop", "quiet", 500],
      [4, "hidden", "shop", "hidden", 45],
    ]);
  });
  beforeEach(async () => {
    page = await shop.newPage();
  });
  afterEach(() => page.context().close());
  afterAll(() => shop.close());

  async function open(path: string, options = {}) {
    await page.goto(shop.url + path);
    await page.waitForFunction("window.tracker");
    await showHeatmap(page, { endpoint: shop.tracker.url, token: shop.tracker.token, days: 7, ...options });
    const shown = panelOf(page);
    await shown.panel.getByRole("button", { name: "Close" }).waitFor();
    return shown;
  }

  test("are this page's where pages count apart, and their sum over all pages", async () => {
    const { choose, rows, badges } = await open("/pricing");
    await expect.poll(rows).toEqual(["Order now #cta 40"]);
    expect(await badges()).toEqual(["40"]);
    await choose("All pages");
    await expect.poll(async () => (await rows())[0]).toBe("Order now #cta 118");
    await page.close();
    page = await page.context().newPage();
    const home = await open("/");
    await expect.poll(home.rows).toEqual(["Order now #cta 78"]);
  });

  test("are those of the path that the page goes to without loading", async () => {
    const { rows } = await open("/");
    await expect.poll(rows).toEqual(["Order now #cta 78"]);
    await page.evaluate(() => {
      history.pushState(null, "", "/pricing");
      document.querySelector("h1")!.textContent = "Pricing";
    });
    await expect.poll(rows).toEqual(["Order now #cta 40"]);
  });

  test("are over all pages in public, where the Worker gives none apart", async () => {
    const open = await startTracker({ vars: { PUBLIC_STATS: "true" } });
    try {
      await page.goto(`${shop.url}/pricing`);
      await page.waitForFunction("window.tracker");
      await fetch(`${open.url}/track/?labels=order:shop:cta`);
      await showHeatmap(page, { endpoint: open.url });
      const { panel, rows } = panelOf(page);
      await expect.poll(rows).toEqual(["Order now #cta 1"]);
      expect(await panel.getByRole("radio", { name: "This page" }).isVisible()).toBe(false);
    } finally {
      await open.stop();
    }
  });

  test("stand beside those of the days before: up, down, new, gone", async () => {
    const { choose, rows, badges, total, panel } = await open("/", {
      chosen: { token: shop.tracker.token, days: 7, pages: "all" },
    });
    await expect.poll(rows).toEqual(["Order now #cta 118", "A lamp #pic 36", "Share it #icon 7"]);
    await choose("Change");
    await expect
      .poll(rows)
      .toEqual(["A lamp #pic 36 ▼ 64%", "Order now #cta 118 ▲ 18%", "Share it #icon 7 new", "Help help → 0"]);
    expect((await badges()).toSorted()).toEqual(["new", "→ 0", "▲ 18%", "▼ 64%"]);
    expect(await total()).toBe("161 on 3 elements ▼ 21% against 204 in the 7 days before. Today counts up to now.");
    await page.hover("#cta");
    const tip = page.locator("tracker-heatmap .tip");
    await expect.poll(() => tip.innerText()).toMatch(/▲\s18%,\sbefore\s100/);
    // Today is not over.
    await choose("Today");
    await expect.poll(total).toMatch(/^0 clicks/);
    expect(await panel.getByRole("radio", { name: "Clicks" }).isChecked()).toBe(true);
    await choose("Change");
    expect(await panel.getByRole("radio", { name: "7 days" }).isChecked()).toBe(true);
    await expect.poll(total).toMatch(/^161 on 3/);
  });

  test("are clicks by how often an element was seen, 0% included", async () => {
    const { choose, rows, badges } = await open("/", { chosen: { token: shop.tracker.token, days: 7, pages: "all" } });
    await choose("Rate");
    await expect.poll(rows).toEqual(["Order now #cta 118 10%", "Nobody wants this #quiet 0%"]);
    expect((await badges()).toSorted()).toEqual(["0%", "10%"]);
    await page.hover("#quiet");
    await expect.poll(() => page.locator("tracker-heatmap .tip").innerText()).toMatch(/0%\sof\s500\sseen/);
  });

  test("say what was never clicked, and what is hidden", async () => {
    const { panel } = await open("/", { chosen: { token: shop.tracker.token, days: 7, pages: "all" } });
    const unused = panel.getByText("2 of 5 never clicked");
    await unused.click();
    const names = panel.getByRole("list", { name: "Never clicked" }).getByRole("listitem");
    await expect.poll(() => names.allInnerTexts()).toEqual(["Help\nhelp:shop", "Nobody wants this\n#quiet"]);
    await panel.getByText("1 counted, but hidden now").click();
    const hidden = panel.getByRole("list", { name: "Hidden now" }).getByRole("listitem");
    await expect.poll(() => hidden.allInnerTexts()).toEqual(["In a menu\n#hidden\n45"]);
  });

  test("of an element show 30 days, asked for once, and lead into the dashboard", async () => {
    const { panel, rows } = await open("/", { chosen: { token: shop.tracker.token, days: 7, pages: "all" } });
    await expect.poll(async () => (await rows()).length).toBe(3);
    const asked: string[] = [];
    page.on("request", (request) => request.postData()?.includes('"by":"day"') && asked.push(request.postData()!));
    const tip = page.locator("tracker-heatmap .tip");
    for (let times = 0; times < 2; times++) {
      await page.hover("#cta");
      await expect.poll(() => tip.innerText()).toContain("Last 30 days, at most 118 a day");
      await page.hover("h1");
      await expect.poll(() => tip.isVisible()).toBe(false);
    }
    expect(asked).toHaveLength(1);
    await panel.getByRole("button", { name: "Order now" }).press("Enter");
    const link = tip.getByRole("link", { name: "Open in dashboard" });
    expect(await link.getAttribute("href")).toBe(`${shop.tracker.url}/dashboard/statistics?dom_id=cta`);
    expect(await link.evaluate((node) => node.matches(":focus"))).toBe(true);
    await page.keyboard.press("Escape");
    expect(await tip.isVisible()).toBe(false);
    expect(await panel.getByRole("button", { name: "Order now" }).evaluate((node) => node.matches(":focus"))).toBe(
      true,
    );
  });
});
