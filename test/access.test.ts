import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { findBarriers } from "./support/axe.ts";
import { launchBrowser } from "./support/browser.ts";
import { servePage } from "./support/page.ts";
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
    expect(await hers.getByRole("navigation", { name: "Pages" }).innerText()).not.toContain("Settings");
    await page.goto(`${tracker.url}/dashboard/access`);
    const row = page.getByRole("row", { name: /Ann/ });
    expect(await row.innerText()).toMatch(
      new RegExp(`reads\\s+in 7 days\\s+used ${new Date().toISOString().slice(0, 10)}`),
    );
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

  it("shares a view in two clicks, which a guest sees without an account and without a way out", async () => {
    await owner.grantPermissions(["clipboard-read", "clipboard-write"]);
    const asked: string[] = [];
    guest.on("request", (request) => asked.push(`${request.url()} ${request.headers()["referer"] ?? ""}`));
    for (const path of ["", "label?label=signup"]) {
      await page.goto(`${tracker.url}/dashboard/${path}`);
      const clicked = [
        () => page.locator(".share-menu summary").click(),
        () => page.getByRole("button", { name: "7 days" }).last().click(),
      ];
      for (const click of clicked) await click();
      const status = page.locator(".share-menu [role=status]");
      await expect.poll(() => status.innerText()).toBe("Copied. It ends in 7 days.");
      if (path === "") expect(await findBarriers(page)).toEqual([]);
      const link = await page.evaluate<string>("navigator.clipboard.readText()");

      const theirs = await guest.newPage();
      await theirs.goto(link);
      await theirs.getByText("A shared view").waitFor();
      // It stays whole, to be kept and sent on.
      expect(theirs.url()).toBe(link);
      expect(await theirs.locator("h1").innerText()).toBe(path === "" ? "Overview" : "signup");
      expect(await theirs.locator("canvas").count()).toBe(1);
      expect(await theirs.locator("form, button, nav, a[href]:not([href^='#'])").count()).toBe(0);
      expect(await findBarriers(theirs)).toEqual([]);
      await theirs.reload();
      await theirs.getByText("A shared view").waitFor();
      await theirs.goto(`${tracker.url}/dashboard/`);
      await theirs.waitForURL(/\/login\//);

      await page.goto(`${tracker.url}/dashboard/access`);
      const row = page.locator("section", { hasText: "Share links" }).getByRole("row").nth(1);
      await row.getByText("Revoke…").click();
      await row.getByRole("button").click();
      await page.getByText("There is none.").waitFor();
      await theirs.goto(link);
      await theirs.getByText("This link does not work").waitFor();
      await theirs.close();
      // No server was sent the token by an address.
      expect(asked.join("\n")).not.toContain("trk_");
    }
  });

  it("shares a heat map in two clicks; whom it is shown to reads it, counts nothing, and no longer once it is revoked", async () => {
    await owner.grantPermissions(["clipboard-read", "clipboard-write"]);
    const shop = await servePage(`<!doctype html><title>shop</title>
      <script src="${tracker.url}/tracker.js" data-auto="true"></script><button id="cta" data-track="signup:buttons">Sign up</button>`);
    await page.goto(`${tracker.url}/dashboard/heatmaps?url=${encodeURIComponent(shop.url)}`);
    await page.locator(".share-menu summary").first().click();
    await page.getByRole("button", { name: "30 days" }).first().click();
    await page.getByText("Copied. It ends in 30 days.").waitFor();
    const link = await page.evaluate<string>("navigator.clipboard.readText()");

    const theirs = await guest.newPage();
    await theirs.goto(link);
    await theirs.locator("tracker-heatmap aside").waitFor();
    await theirs.click("#cta");
    await theirs.evaluate("tracker.flush()");
    const headers = { authorization: `Bearer ${tracker.token}` };
    const answer = await fetch(`${tracker.url}/get_stats/?dom_ids=cta`, { headers });
    expect(await answer.json()).toEqual([["cta", 1, "signup"]]);
    const { tokens } = (await (await fetch(`${tracker.url}/api/tokens`, { headers })).json()) as {
      tokens: { id: string; view: string | null }[];
    };
    const made = tokens.find(({ view }) => view?.startsWith("heatmap?"))!;
    await fetch(`${tracker.url}/api/tokens?id=${made.id}`, { method: "DELETE", headers });
    const refused = theirs.waitForResponse((response) => response.url().includes("get_stats"));
    await theirs.goto("about:blank");
    await theirs.goto(link);
    expect((await refused).status()).toBe(401);
    shop.close();
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

describe("API", () => {
  it("is a page to read, whose questions can be tried with what is filled in", async () => {
    await page.goto(`${tracker.url}/dashboard/`);
    await page.getByRole("link", { name: "API", exact: true }).click();
    await page.getByText("GET /api/statistics", { exact: true }).click();
    expect(await findBarriers(page)).toEqual([]);
    const part = page.locator("details", { has: page.getByText("GET /api/statistics", { exact: true }) });
    await part.getByLabel("group").selectOption("label");
    await part.getByLabel("limit").fill("1");
    const [answer] = await Promise.all([
      owner.waitForEvent("page"),
      part.getByRole("button", { name: "Try it: GET /api/statistics" }).click(),
    ]);
    await answer.waitForLoadState();
    expect(answer.url()).toBe(`${tracker.url}/api/statistics?group=label&limit=1`);
    expect(JSON.parse(await answer.innerText("body"))).toMatchObject({ rows: [{ label: expect.any(String) }] });
  });
});
