import { describe, expect, test } from "vitest";
import { findBarriers } from "./support/axe.ts";
import { prepareHeatmaps } from "./support/heatmap-page.ts";
import { logIn } from "./support/tracker.ts";

const on = prepareHeatmaps();

describe("the demo page", () => {
  async function openDemo(): Promise<void> {
    on.page = await on.browser.newPage({ viewport: { width: 1000, height: 700 }, locale: "en-US" });
    on.page.on("pageerror", (error) => on.problems.push(error.message));
  }

  test("counts clicks of those who are not logged in, and tells them how to see the counts", async () => {
    await openDemo();
    await on.page.goto(`${on.tracker.url}/demo/`);
    await on.page.getByText("log in here").waitFor();
    const counted = on.page.waitForResponse(/\/track\//);
    await on.page.click("#link4");
    expect((await counted).status()).toBe(200);
    expect(await on.page.getByText("log in here").isVisible()).toBe(true);
  });

  test.each(["light", "dark"] as const)("keeps nobody out, %s", async (colorScheme) => {
    on.page = await on.browser.newPage({ bypassCSP: true, colorScheme });
    await on.page.goto(`${on.tracker.url}/demo/`);
    await on.page.getByText("log in here").waitFor();
    expect(await findBarriers(on.page, "body")).toEqual([]);
  });

  test("shows each click at once, as a number and on the heat map", async () => {
    await openDemo();
    await logIn(on.page, on.tracker);
    await on.page.goto(`${on.tracker.url}/demo/`);
    await on.page.getByRole("switch", { name: "Heat map" }).click();
    for (let clicks = 1; clicks <= 3; clicks++) await on.page.click("#link2");
    await expect.poll(() => on.page.locator("#link2").textContent()).toBe("Second link3 clicks");
    await on.expectOver("3", "#link2");
    await on.page.getByRole("button", { name: "Statistics" }).click();
    await expect.poll(() => on.page.locator("#answered").textContent()).toContain('["link2",3,"tracked-links-link2"]');
    await on.page.getByRole("button", { name: "Report" }).click();
    await expect.poll(() => on.page.locator("#answered").textContent()).toBe("ok");
    await on.page.keyboard.press("Escape");
    expect(await on.page.getByRole("switch").getAttribute("aria-checked")).toBe("false");
  });
});
