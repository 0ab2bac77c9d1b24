/** What owners come for, each in as few clicks as it may take from the overview. */
import { readFileSync } from "node:fs";
import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { findBarriers } from "./support/axe.ts";
import { launchBrowser } from "./support/browser.ts";
import { countActions } from "./support/pages.ts";
import { logIn, startTracker, type Tracker } from "./support/tracker.ts";

const DAY_MS = 86_400_000;
const DAYS = 100;
/** The latest days that are over, which still count: nothing can be imported into them. */
const COUNTED_DAYS = 2;

/** As long as a label may be, and nowhere to break it. */
const LONG = "x".repeat(250);

let browser: Browser;
let page: Page;
let tracker: Tracker;
let clicks: number;

const dayOf = (age: number): string => new Date(Date.now() - age * DAY_MS).toISOString().slice(0, 10);

/** What is counted on a day: one label as ever, one that rises this week, one that has gone quiet. */
function countsOf(age: number): [label: string, category: string, domId: string, count: number][] {
  const counts: [string, string, string, number][] = [
    ["steady", "links", "a", 100],
    ["rising", "buttons", "b", age <= 7 ? 90 : 30],
    ["silent", "buttons", "c", age <= 7 ? 0 : 40],
    [LONG, "", "", age <= 7 ? 50 : 0],
  ];
  return counts.filter(([, , , count]) => count > 0);
}

beforeAll(async () => {
  [browser, tracker] = await Promise.all([launchBrowser(), startTracker()]);
  const lines = ["day,label,category,dom_id,counter"];
  for (let age = DAYS; age > COUNTED_DAYS; age--)
    lines.push(...countsOf(age).map((row) => [dayOf(age), ...row].join()));
  const headers = { authorization: `Bearer ${tracker.token}` };
  const answer = await fetch(`${tracker.url}/api/import`, { method: "POST", headers, body: lines.join("\n") });
  expect(await answer.text()).toContain('"wrong":0');
  // The last second of a day before yesterday is less than 48 hours ago.
  for (let age = COUNTED_DAYS; age > 0; age--)
    await countActions(tracker.url, countsOf(age), { at: Date.parse(dayOf(age - 1)) - 1_000, token: tracker.token });
  page = await browser.newPage();
  await logIn(page, tracker);
});
afterAll(async () => {
  await browser.close();
  await tracker.stop();
});
beforeEach(async () => {
  await page.goto(`${tracker.url}/dashboard/`);
  clicks = 0;
});

async function click(locator: Locator): Promise<void> {
  clicks++;
  await locator.click();
}

function link(name: string): Locator {
  return page.getByRole("link", { name, exact: true });
}

describe("on a phone, without JavaScript", () => {
  it.each([
    "",
    "labels",
    "labels?show=new",
    `label?label=${LONG}`,
    "pages",
    "today",
    "statistics",
    "heatmaps",
    "settings",
  ])("no page is wider than the screen, and all can use it: %s", async (path) => {
    const context = await browser.newContext({ javaScriptEnabled: false, viewport: { width: 360, height: 740 } });
    await context.addCookies(await page.context().cookies());
    const phone = await context.newPage();
    await phone.goto(`${tracker.url}/dashboard/${path}`);
    expect(await phone.locator("main").evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    await context.close();
    await page.goto(`${tracker.url}/dashboard/${path}`);
    expect(await findBarriers(page)).toEqual([]);
  });
});

describe("from the overview", () => {
  it("one click compares two periods by label", async () => {
    await click(link("Labels"));
    const row = page.locator(".changes tbody tr", { hasText: "rising" });
    await expect.poll(() => row.innerText()).toMatch(/630\s+210\s+▲ \+200%/);
    expect(clicks).toBe(1);
  });

  it("one click shows what has gone quiet, and since when", async () => {
    expect(await page.locator(".what").innerText()).toMatch(/silent\s+since/);
    await click(link("Gone quiet"));
    await expect
      .poll(() => page.locator(".changes tbody tr").allInnerTexts())
      .toEqual([expect.stringMatching(/^silent\s.*\s0\s+280\s+▼ −100%/s)]);
    expect(clicks).toBe(1);
  });

  it("three clicks export last month by label", async () => {
    await click(link("Labels"));
    await click(link("Last month"));
    const [download] = await Promise.all([page.waitForEvent("download"), click(link("Export this list"))]);
    const [head, first] = readFileSync(await download.path(), "utf8").split("\n");
    expect(head).toBe("label,counter,before,change_percent,last_day");
    expect(first).toMatch(/^steady,\d{4},\d{4},/);
    expect(clicks).toBe(3);
  });

  it("two clicks show a label's trend by week", async () => {
    await click(page.locator(".lists").getByRole("link", { name: "rising" }));
    await click(link("Weeks"));
    await page.waitForURL(/step=week/);
    const weeks = page.locator(".chart tbody tr");
    expect(await weeks.count()).toBe(12);
    expect(await weeks.last().textContent()).toMatch(/210/);
    expect(clicks).toBe(2);
  });
});
