import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { showHeatmap } from "./support/pages.ts";
import { panelOf, startShop, type Shop } from "./support/shop.ts";

describe("a heat map in its tab", () => {
  let shop: Shop;
  let page: Page;

  beforeAll(async () => {
    shop = await startShop([
      [4, "order", "shop", "cta", 118],
      [4, "order", "shop", "cta", 78, "/"],
      [4, "order", "shop", "cta", 40, "/pricing"],
    ]);
  });
  beforeEach(async () => {
    page = await shop.newPage();
  });
  afterEach(() => page.context().close());
  afterAll(() => shop.close());

  const openByLink = async (chosen = "&days=7") => {
    await page.goto(`${shop.url}/#tracker-heatmap=${shop.tracker.token}${chosen}`);
    const shown = panelOf(page);
    await shown.panel.getByRole("button", { name: "Close" }).waitFor();
    return shown;
  };
  const isThere = () => page.locator("tracker-heatmap").count();

  test("stays open on the pages that follow, with what is chosen, until it is closed", async () => {
    const { choose, rows, panel } = await openByLink();
    expect(page.url()).toBe(`${shop.url}/`);
    await expect.poll(rows).toEqual(["Order now #cta 78"]);
    await choose("30 days");
    await choose("Change");
    await panel.getByLabel("Search labels").fill("order");
    await page.click("#pricing");
    await page.waitForURL(/pricing/);
    await expect.poll(rows).toEqual(["Order now #cta 40 new"]);
    expect(await panel.getByLabel("30 days").isChecked()).toBe(true);
    expect(await panel.getByLabel("Search labels").inputValue()).toBe("order");
    await panel.getByRole("button", { name: "Close" }).click();
    await page.click("#home");
    await page.waitForURL(`${shop.url}/`);
    await page.waitForFunction("window.tracker");
    expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
    expect(await isThere()).toBe(0);
  });

  test("is in no other tab", async () => {
    await openByLink();
    const other = await page.context().newPage();
    await other.goto(shop.url);
    await other.waitForFunction("window.tracker");
    expect(await other.locator("tracker-heatmap").count()).toBe(0);
  });

  test("has a link to itself, with what is chosen, whose token no server sees", async () => {
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    const addresses: string[] = [];
    page.on("request", (request) => addresses.push(request.url()));
    const { choose, panel, rows } = await openByLink("&days=7&pages=all&category=shop");
    await expect.poll(rows).toEqual(["Order now #cta 118"]);
    await choose("30 days");
    await panel.getByText("More").click();
    await panel.getByRole("button", { name: "Copy link" }).click();
    await panel.getByText("Copied.").waitFor();
    const link = await page.evaluate(() => navigator.clipboard.readText());
    const [address, chosen] = link.split("#tracker-heatmap=");
    expect(address).toBe(`${shop.url}/`);
    expect(chosen!.split("&").toSorted()).toEqual(
      [shop.tracker.token, "days=30", "pages=all", "category=shop"].toSorted(),
    );
    expect(addresses.join()).not.toContain(shop.tracker.token);
  });

  test("is opened, read, compared, hidden and closed by keyboard alone", async () => {
    const { panel, rows } = await openByLink();
    await expect.poll(rows).toEqual(["Order now #cta 78"]);
    await page.keyboard.press("Alt+Shift+H");
    expect(await panel.isVisible()).toBe(false);
    await page.keyboard.press("Alt+Shift+H");
    expect(await panel.isVisible()).toBe(true);
    const focused = () =>
      page.evaluate(() => {
        const { activeElement } = document.querySelector("tracker-heatmap")!.shadowRoot!;
        return (
          activeElement?.ariaLabel ??
          (activeElement as HTMLInputElement | null)?.labels?.[0]?.textContent ??
          activeElement?.textContent
        );
      });
    expect(await focused()).toBe("Heat map");
    const order: unknown[] = [];
    for (let stop = 0; stop < 8; stop++) {
      await page.keyboard.press("Tab");
      order.push(await focused());
    }
    expect(order).toEqual([
      "Fold",
      "Close",
      "7 days",
      "This page",
      "Clicks",
      "Category",
      "Search labels and ids",
      "Order now#cta78",
    ]);
    await page.keyboard.press("Enter");
    const link = page.locator("tracker-heatmap").getByRole("link", { name: "Open in dashboard" });
    await link.waitFor();
    await page.keyboard.press("Escape");
    await expect.poll(() => link.count()).toBe(0);
    expect(await focused()).toBe("Order now#cta78");
    for (let stop = 0; stop < 3; stop++) await page.keyboard.press("Shift+Tab");
    await page.keyboard.press("ArrowRight");
    await expect.poll(rows).toEqual(["Order now #cta 78 new"]);
    await page.keyboard.press("Escape");
    expect(await isThere()).toBe(0);
  });

  test("announces its total when that changes, and not again and again", async () => {
    await page.clock.install();
    const { choose, total } = await openByLink();
    await expect.poll(total).toBe("78 on 1 element");
    await page.evaluate(() => {
      const output = document.querySelector("tracker-heatmap")!.shadowRoot!.querySelector("output")!;
      const changes: unknown[] = [];
      Reflect.set(window, "changes", changes);
      new MutationObserver((all) => changes.push(...all)).observe(output, {
        subtree: true,
        childList: true,
        characterData: true,
      });
    });
    for (let times = 0; times < 3; times++) await page.clock.runFor(3_100);
    expect(await page.evaluate("changes.length")).toBe(0);
    await choose("All pages");
    await expect.poll(total).toBe("118 on 1 element");
    expect(await page.evaluate("changes.length")).toBeGreaterThan(0);
  });

  test("is as large as fingers need on a phone", async () => {
    await page.context().close();
    page = await shop.newPage({ viewport: { width: 390, height: 740 }, hasTouch: true, isMobile: true });
    const { panel, rows } = await openByLink();
    await panel.getByRole("button", { name: "Unfold" }).click();
    await expect.poll(async () => (await rows()).length).toBe(1);
    await panel.getByText("More").click();
    await panel.getByRole("button", { name: "Save PNG" }).waitFor();
    const low = await panel.evaluate((card) =>
      [...card.querySelectorAll("button,select,label,summary,input[type=search]")]
        .filter((node) => node.checkVisibility() && node.getBoundingClientRect().height < 44)
        .map((node) => node.outerHTML),
    );
    expect(low).toEqual([]);
  });

  describe("whose panel tells what clicks would count", () => {
    test("says what, or why not, and counts nothing", async () => {
      const { panel } = await openByLink();
      await panel.getByText("More").click();
      await panel.getByLabel("Tell what clicks would count").check();
      const told = () => panel.getByRole("log").getByRole("listitem").first().innerText();
      const clickAndRead = async (selector: string, name: string) => {
        await page.click(selector);
        await expect.poll(told).toMatch(name);
        return (await told()).split("\n");
      };
      expect(await clickAndRead("#cta", "Order now")).toEqual([
        "Order now",
        "label order",
        "category shop",
        "DOM id cta",
        "page /",
      ]);
      expect(await clickAndRead("#pricing", "Pricing")).toEqual([
        "Pricing",
        "Nothing: it has no data-track, and the tag has no data-auto.",
      ]);
      // The link led nowhere.
      expect(page.url()).toBe(`${shop.url}/`);
      expect(await clickAndRead("h1", "Nothing: it is no link")).toContain(
        "Nothing: it is no link, button or field, and has no data-track.",
      );
      await page.locator("#quiet").evaluate((node) => node.setAttribute("data-track", "x".repeat(251)));
      expect(await clickAndRead("#quiet", "Nobody")).toContain("Refused: label is longer than 250 characters");
      await page.evaluate("tracker.optOut()");
      expect((await clickAndRead("#cta", "Order now")).at(-1)).toMatch("Not counted in this browser");
      const answer = await fetch(`${shop.tracker.url}/api/statistics`, {
        headers: { authorization: `Bearer ${shop.tracker.token}` },
      });
      const { rows } = (await answer.json()) as { rows: { counter: number }[] };
      expect(rows.map(({ counter }) => counter)).toEqual([118]);
    });

    test("says that nothing counts where no tracker runs", async () => {
      await page.goto(`${shop.tracker.url}/healthz`);
      await page.setContent("<title>x</title><button id=lonely>Lonely</button>");
      await showHeatmap(page, { endpoint: shop.tracker.url, token: shop.tracker.token });
      const { panel } = panelOf(page);
      await panel.getByText("More").click();
      await panel.getByLabel("Tell what clicks would count").check();
      await page.click("#lonely");
      await expect.poll(() => panel.getByRole("log").innerText()).toContain("Nothing: no tracker runs on this page.");
    });
  });

  test("goes onto paper as wide as the page, with its boxes and without its panel", async () => {
    const { panel } = await openByLink();
    await panel.getByText("More").click();
    await panel.getByRole("button", { name: "Print" }).waitFor();
    await page.emulateMedia({ media: "print" });
    expect(await panel.getByRole("button", { name: "Print" }).isVisible()).toBe(false);
    expect(await page.locator("tracker-heatmap b").first().isVisible()).toBe(true);
    const rules = await page.evaluate(() => {
      dispatchEvent(new Event("beforeprint"));
      const during = document.adoptedStyleSheets.map((sheet) => sheet.cssRules[0]!.cssText);
      dispatchEvent(new Event("afterprint"));
      return [during, document.adoptedStyleSheets.length];
    });
    expect(rules).toEqual([[expect.stringMatching(/@page.*size: 1000px \d+px/)], 0]);
  });

  test("says so where the browser takes no picture of its page", async () => {
    const { panel } = await openByLink();
    await panel.getByText("More").click();
    await page.evaluate(() => Reflect.deleteProperty(window, "ImageCapture"));
    await panel.getByRole("button", { name: "Save PNG" }).click();
    await expect.poll(() => panel.innerText()).toContain("This browser takes no pictures of its own pages.");
  });
});
