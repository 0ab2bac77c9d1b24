import type { Page } from "playwright-core";
import { describe, expect } from "vitest";
import { findBarriers } from "./support/axe.ts";
import { it, makeMonth, MONTH } from "./support/dashboard.ts";
import { logIn } from "./support/tracker.ts";

describe("the dashboard", () => {
  it.beforeAll(async ({ send, track }) => {
    await send("api/import", makeMonth());
    await track("now:links:now");
  });
  it.beforeEach(({ page, tracker }) => logIn(page, tracker));

  it("shows a page where there is none", async ({ page, open }) => {
    await open("nothing");
    expect(await page.locator("h1").innerText()).toBe("There is no such page");
    expect(await findBarriers(page)).toEqual([]);
    await page.getByRole("link", { name: "dashboard" }).click();
    await expect.poll(() => page.locator("h1").innerText()).toBe("Overview");
  });

  it("follows a click as it happens", async ({ track, page, open }) => {
    await page.clock.install();
    await open("");
    const today = page.locator("#today");
    const before = Number(await today.innerText());
    await track("now:links:now");
    await page.clock.runFor(5_000);
    await expect.poll(() => today.innerText()).toBe(String(before + 1));
    expect(await findBarriers(page)).toEqual([]);
  });

  it("tells how the way from ping to database is", async ({ track, page, open }) => {
    await track("now:links:now");
    await open("health");
    expect(await page.locator(".cards").innerText()).toMatch(/Not flushed\s+[1-9]/);
    await page.getByRole("button", { name: "Flush now" }).click();
    await expect
      .poll(() => page.locator(".cards").innerText())
      .toMatch(/Last flush\s+\d+ seconds? ago|now[^]*Not flushed\s+0/);
    expect(await findBarriers(page)).toEqual([]);
  });

  it("can be used with the keyboard alone", async ({ page, open }) => {
    await open("");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    expect(await page.evaluate("document.activeElement.id")).toBe("main");
    await open(`?${MONTH}`);
    await pressTabTo(page, "Labels");
    await page.keyboard.press("Enter");
    await page.waitForURL(/labels\?from=/);
    await pressTabTo(page, "Last seen");
    await page.keyboard.press("Enter");
    await page.waitForURL(/sort=last/);
  });

  it("works without JavaScript on a small phone", async ({ browser, tracker, page }) => {
    const context = await browser.newContext({ javaScriptEnabled: false, viewport: { width: 360, height: 740 } });
    await context.addCookies(await page.context().cookies());
    const plain = await context.newPage();
    for (const path of [
      "",
      `labels?${MONTH}`,
      "pages",
      `page?page=/a&${MONTH}`,
      `statistics?${MONTH}`,
      `label?label=label1&${MONTH}`,
      "heatmaps",
      "health",
      "settings",
      "import",
    ]) {
      await plain.goto(`${tracker.url}/dashboard/${path}`);
      const width = await plain.locator("main").evaluate(() => document.documentElement.scrollWidth);
      expect(width, path).toBeLessThanOrEqual(360);
    }
    await plain.goto(`${tracker.url}/dashboard/statistics?${MONTH}`);
    await plain.getByLabel("Label", { exact: true }).fill("label1");
    await plain.getByRole("button", { name: "Filter" }).click();
    await expect.poll(() => plain.locator(".rows tbody tr").count()).toBe(31);
    await context.close();
  });

  it("writes short numbers, months and years on a chart's axes", async ({ send, page, open }) => {
    await send("api/import", "day,label,counter\n2024-03-01,much,1500000\n2024-11-26,much,1234567\n");
    await page.addInitScript(() => {
      const { prototype } = CanvasRenderingContext2D;
      const { fillText } = prototype;
      const texts: [text: string, left: number][] = [];
      Object.assign(globalThis, { texts });
      prototype.fillText = function (text, x, y) {
        const { a, e } = this.getTransform();
        const { width } = this.measureText(text);
        texts.push([text, e + a * (this.textAlign === "right" ? x - width : x - width / 2)]);
        return fillText.call(this, text, x, y);
      };
    });
    await open("label?label=much&from=2024-01-01&to=2024-12-31");
    const readTexts = () => page.evaluate<[string, number][]>("texts");
    await expect.poll(readTexts).toContainEqual(["1.5M", expect.any(Number)]);
    for (const [text, left] of await readTexts()) {
      expect(left, text).toBeGreaterThanOrEqual(0);
      expect(text).toMatch(/^([\d.]*[KM]?|[A-Z][a-z]{2}|2024)$/);
    }
  });

  it("does not move while it loads", async ({ page, open }) => {
    await open("");
    await page.locator("canvas").waitFor();
    const shift = await page.evaluate(
      () =>
        new Promise((resolve) => {
          let sum = 0;
          new PerformanceObserver((list) => {
            for (const entry of list.getEntries()) sum += (entry as PerformanceEntry & { value: number }).value;
          }).observe({ type: "layout-shift", buffered: true });
          setTimeout(() => resolve(sum), 300);
        }),
    );
    expect(shift).toBe(0);
  });
});

async function pressTabTo(page: Page, text: string): Promise<void> {
  for (let time = 0; time < 60; time++) {
    await page.keyboard.press("Tab");
    if ((await page.evaluate("document.activeElement.innerText")) === text) return;
  }
  throw new Error(`Tab does not reach ${text}`);
}
