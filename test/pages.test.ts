import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { launchBrowser } from "./support/browser.ts";
import { servePage, type Site } from "./support/page.ts";
import { startTracker, type Tracker } from "./support/tracker.ts";

describe("data-pages", () => {
  let tracker: Tracker;
  let browser: Browser;
  let site: Site;
  let page: Page;

  beforeAll(async () => {
    browser = await launchBrowser();
  });
  beforeEach(async () => {
    tracker = await startTracker();
    page = await browser.newPage();
  });
  afterEach(async () => {
    await page.close();
    site.close();
    await tracker.stop();
  });
  afterAll(() => browser.close());

  async function open(attributes: string): Promise<void> {
    site = await servePage(`<!doctype html><title>shop</title>
      <script src="${tracker.url}/tracker.js" ${attributes}></script>
      <button id="cta" data-track="order:shop">Order</button>`);
  }

  async function ask(query: string): Promise<unknown[]> {
    await page.evaluate(() => (window as unknown as { tracker: { flush(): Promise<void> } }).tracker.flush());
    const answer = await fetch(`${tracker.url}/api/statistics?${query}`, {
      headers: { authorization: `Bearer ${tracker.token}` },
    });
    const { rows } = (await answer.json()) as { rows: Record<string, unknown>[] };
    return rows.map((row) => [Object.values(row)[0], row["counter"]]);
  }

  async function click(times: number): Promise<void> {
    for (let time = 0; time < times; time++) await page.click("#cta");
  }

  test("tells apart two pages with one id, also where a page changes its path without loading", async () => {
    await open(`data-pages="/ /pricing /product/*"`);
    await page.goto(site.url);
    await click(2);
    await page.goto(`${site.url}pricing?utm=secret#part`);
    await click(3);
    await page.evaluate(() => history.pushState(null, "", "/product/7/"));
    await click(4);
    await page.evaluate(() => history.pushState(null, "", "/patients/jane-doe"));
    await click(1);
    expect(await ask("group=page")).toEqual([
      ["/product/*", 4],
      ["/pricing", 3],
      ["/", 2],
    ]);
    expect(await ask("group=dom_id&page=/pricing")).toEqual([["cta", 3]]);
    expect(await ask("group=dom_id")).toEqual([["cta", 10]]);
  });

  test.each([
    [`data-pages="true"`, [["/a/b", 1]]],
    [`data-pages="false"`, []],
    ["", []],
  ])("counts the path only where that is asked for: <script %s>", async (attributes, expected) => {
    await open(attributes);
    await page.goto(`${site.url}a/b/?secret`);
    await click(1);
    expect(await ask("group=page")).toEqual(expected);
    expect(await ask("group=dom_id")).toEqual([["cta", 1]]);
  });
});
