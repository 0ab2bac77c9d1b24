import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { findBarriers } from "./support/axe.ts";
import { launchBrowser } from "./support/browser.ts";
import { logIn, startTracker, type Tracker } from "./support/tracker.ts";

let browser: Browser;
let tracker: Tracker;
let owner: BrowserContext;
let guest: BrowserContext;
let page: Page;

beforeAll(async () => {
  [browser, tracker] = await Promise.all([launchBrowser(), startTracker()]);
  const headers = { authorization: `Bearer ${tracker.token}` };
  await fetch(`${tracker.url}/track/?labels=signup:buttons:cta|visit`, { headers });
});
afterAll(async () => {
  await browser.close();
  await tracker.stop();
});
beforeEach(async () => {
  [owner, guest] = await Promise.all([browser.newContext(), browser.newContext()]);
  page = await owner.newPage();
  await logIn(page, tracker);
});
afterEach(() => Promise.all([owner.close(), guest.close()]));

describe("Access", () => {
  it("gives out a token as a link that logs in, and takes it back while a page is open", async () => {
    await page.goto(`${tracker.url}/dashboard/settings`);
    await page.getByRole("link", { name: "Access…" }).click();
    await page.getByLabel("Who or what is it for?").fill("Ann");
    await page.getByLabel("It ends").selectOption("in 7 days");
    await page.getByRole("button", { name: "Make token" }).click();
    const link = await page.locator("#made").innerText();
    expect(await findBarriers(page)).toEqual([]);

    const hers = await guest.newPage();
    await hers.clock.install();
    await hers.goto(link);
    await hers.waitForURL(`${tracker.url}/dashboard/`);
    expect(hers.url()).not.toContain("trk_");
    expect(await hers.getByRole("navigation").innerText()).not.toContain("Settings");
    await page.goto(`${tracker.url}/dashboard/access`);
    const row = page.getByRole("row", { name: /Ann/ });
    expect(await row.innerText()).toMatch(new RegExp(`reads\\s+in 7 days\\s+${new Date().toISOString().slice(0, 10)}`));
    await row.getByText("Revoke…").click();
    await row.getByRole("button").click();
    await expect.poll(() => page.getByText("You have given out no token yet.").isVisible()).toBe(true);

    await hers.clock.runFor(6_000);
    const notice = hers.getByRole("alert");
    await expect.poll(() => notice.innerText()).toMatch("You are logged out, so the numbers here stand still.");
    expect(await findBarriers(hers)).toEqual([]);
    await notice.getByRole("link").click();
    await hers.waitForURL(/\/login\/\?to=/);
  });

  it("works without JavaScript", async () => {
    const plain = await browser.newContext({ javaScriptEnabled: false });
    const bare = await plain.newPage();
    await bare.goto(`${tracker.url}/login/?to=/dashboard/access`);
    await bare.getByLabel("Token").fill(tracker.token);
    await bare.getByRole("button", { name: "Log in" }).click();
    await bare.getByLabel("Who or what is it for?").fill("the shop's server");
    await bare.getByLabel("It may").selectOption("count, as a server");
    await bare.getByRole("button", { name: "Make token" }).click();
    expect(await bare.locator("#made").innerText()).toMatch(/^trk_/);
    const row = bare.getByRole("row", { name: /the shop's server/ });
    await row.getByText("Revoke…").click();
    await row.getByRole("button").click();
    expect(await row.count()).toBe(0);
    await plain.close();
  });
});
