import { expect, it } from "vitest";
import { launchBrowser } from "./support/browser.ts";
import { logIn, startTracker } from "./support/tracker.ts";

it("the empty overview becomes the overview by itself; Setup & health shows what comes, and what is refused", async () => {
  const [browser, tracker] = await Promise.all([launchBrowser(), startTracker()]);
  try {
    const page = await browser.newPage();
    await logIn(page, tracker);
    await page.getByText("Nothing is counted yet").waitFor();
    await fetch(`${tracker.url}/track/?labels=buy:buttons:cta`);
    await page.getByRole("heading", { name: "Overview" }).waitFor();

    await page.goto(`${tracker.url}/dashboard/health`);
    const latest = page.locator("[data-latest]");
    expect(await latest.innerText()).toContain("Tag seen");
    await fetch(`${tracker.url}/track/?labels=signup`);
    await fetch(`${tracker.url}/track/`, { method: "POST", body: "no JSON" });
    await expect.poll(() => latest.innerText()).toMatch(/signup[\s\S]*bad_json/);
  } finally {
    await browser.close();
    await tracker.stop();
  }
});
