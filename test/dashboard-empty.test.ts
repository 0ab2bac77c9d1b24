import { describe, expect } from "vitest";
import { findBarriers } from "./support/axe.ts";
import { it } from "./support/dashboard.ts";
import { logIn } from "./support/tracker.ts";

describe("the dashboard before anything is counted", () => {
  it.beforeEach(({ page, tracker }) => logIn(page, tracker));

  it("says what to do, with the script tag to copy", async ({ tracker, page }) => {
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await page.getByRole("button", { name: "Copy" }).click();
    await expect
      .poll(() => page.evaluate("navigator.clipboard.readText()"))
      .toBe(`<script src="${tracker.url}/tracker.js" data-auto="true" async></script>`);
    expect(await findBarriers(page)).toEqual([]);
  });

  it("shows the first click by itself", async ({ track, page, open }) => {
    await page.clock.install();
    for (const path of ["statistics", ""]) {
      await open(path);
      expect(await page.locator("h1").innerText()).toBe("Nothing is counted yet");
    }
    await track("first:links:first");
    await page.clock.runFor(2_000);
    await expect.poll(() => page.locator("h1").innerText()).toBe("Overview");
  });
});
