import { describe, expect, test, vi } from "vitest";
import { findBarriers } from "./support/axe.ts";
import { prepareHeatmaps } from "./support/heatmap-page.ts";
import { countActions } from "./support/pages.ts";

const on = prepareHeatmaps();

describe("the panel", () => {
  const listed = () =>
    on
      .panel()
      .getByRole("list", { name: /^Elements/ })
      .getByRole("listitem")
      .evaluateAll((lines) =>
        lines.map(
          (line) => line.querySelector("span small")!.textContent + line.querySelector("em")!.firstChild!.textContent,
        ),
      );
  const expectListed = (expected: string[]) =>
    vi.waitFor(async () => expect(await listed()).toEqual(expected), { timeout: 60_000, interval: 50 });

  async function openPanel(): Promise<void> {
    await on.open("navigation");
    await on.show({ panel: true });
    await expectListed(["#logo1,000", "#basket44", "add-07", "#packs-travel1"]);
  }

  test("tells the total, and lists the elements", async () => {
    await openPanel();
    expect(await on.panel().getByRole("status").textContent()).toBe("1,052 on 4 elements");
  });

  test("chooses the days", async () => {
    await openPanel();
    await on.panel().getByLabel("7 days").check({ force: true });
    await expectListed(["#logo1,000", "#stores50", "#basket44", "add-07", "#packs-travel1"]);
    await on.panel().getByLabel("Custom").check({ force: true });
    const yesterday = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
    await on.panel().getByLabel("First day").fill(yesterday);
    await on.panel().getByLabel("Last day").fill(yesterday);
    await expectListed(["#stores50"]);
    expect(await on.panel().getByRole("status").textContent()).toBe("50 on 1 element");
  });

  test("shows the days chosen last, however slowly the ones before are answered", async () => {
    await openPanel();
    await on.panel().getByText("More").click();
    await on.panel().getByLabel("Live").uncheck();
    let answerFirst = () => {};
    const isHeld = new Promise<void>((resolve) => (answerFirst = resolve));
    await on.page.route(
      /get_stats/,
      async (route) => {
        await isHeld;
        await route.continue();
      },
      { times: 1 },
    );
    const asked = on.page.waitForRequest(/get_stats/);
    await on.panel().getByLabel("30 days").check({ force: true });
    await asked;
    await on.panel().getByLabel("Today").check({ force: true });
    answerFirst();
    await on.page.waitForResponse(/get_stats/);
    await expectListed(["#logo1,000", "#basket44", "add-07", "#packs-travel1"]);
  });

  test("filters by category, label and id", async () => {
    await openPanel();
    await on.panel().getByLabel("Category").selectOption("header");
    await expectListed(["#logo1,000", "#basket40"]);
    await on.panel().getByLabel("Category").selectOption("All categories");
    await on.panel().getByLabel("Search labels").fill("OPEN");
    await expectListed(["#basket40", "#packs-travel1"]);
    await on.panel().getByLabel("Search labels").fill("logo");
    await expectListed(["#logo1,000"]);
    expect(await on.readBoxes()).toHaveLength(1);
    await on.page.keyboard.press("Escape");
    await expectListed(["#logo1,000", "#basket44", "add-07", "#packs-travel1"]);
  });

  test("lists what is counted but not on this page", async () => {
    await openPanel();
    await on.panel().getByText("Counted elsewhere").click();
    const lines = on.panel().locator("details li");
    await expect.poll(() => lines.allTextContents()).toContain("#figure25");
    expect((await lines.allTextContents()).join()).not.toMatch("#logo");
  });

  test("brings an element into view", async () => {
    await openPanel();
    await on.page.setViewportSize({ width: 1000, height: 400 });
    expect((await on.readEdges("[data-track='add-0:basket']")).top).toBeGreaterThan(400);
    await on.panel().getByRole("button", { name: "add-0" }).click();
    await on.expectOver("7", "[data-track='add-0:basket']");
  });

  test("shows new counts while live, and none while not", async () => {
    on.page = await on.browser.newPage({ viewport: { width: 1000, height: 700 } });
    await on.page.clock.install();
    await on.page.goto(`${on.site.url}/dark.html`);
    await on.show({ panel: true });
    await on.panel().getByRole("button", { name: "#deployment-0" }).waitFor();
    await countActions(on.tracker.url, [["open", "app", "logs-1", 4]]);
    await on.page.clock.fastForward(3_000);
    await vi.waitFor(async () => expect(await listed()).toContain("#logs-14"));
    await on.panel().getByText("More").click();
    await on.panel().getByLabel("Live").uncheck();
    let asked = 0;
    on.page.on("request", (request) => request.url().includes("get_stats") && asked++);
    await on.page.clock.fastForward(30_000);
    await on.page.clock.runFor(3_000);
    expect(asked).toBe(0);
    await on.panel().getByLabel("Live").check();
    await on.page.clock.fastForward(3_000);
    await expect.poll(() => asked).toBe(1);
  });

  test("tells what a number is made of, to a mouse and to a keyboard", async () => {
    await openPanel();
    const tip = on.page.locator("tracker-heatmap .tip");
    await on.page.hover("#basket");
    await tip.waitFor();
    expect(await tip.textContent()).toMatch(/^Basket \(2\) #basket44 · 4\.\d% · rank\s2\sof\s\d/);
    await expect
      .poll(() => tip.locator("tr").allInnerTexts())
      .toEqual(["open-basket\theader\t40", "basket-seen\tother\t4"]);
    await on.page.hover("h1");
    await expect.poll(() => tip.isVisible()).toBe(false);
    await on.page.focus("#packs-travel");
    await expect.poll(() => tip.isVisible()).toBe(true);
    expect(await tip.textContent()).toMatch("#packs-travel");
  });

  test.each(["light", "dark"] as const)("keeps nobody out, %s", async (colorScheme) => {
    on.page = await on.browser.newPage({ bypassCSP: true, colorScheme });
    await on.page.goto(`${on.site.url}/navigation.html`);
    await on.show({ panel: true });
    await on.panel().getByText("Counted elsewhere").click();
    await on.panel().locator("details li").first().waitFor();
    await on.panel().getByText("never clicked").click();
    await on.panel().getByText("More").click();
    await on.panel().getByLabel("Tell what clicks would count").check();
    await on.page.click("#logo");
    await on.panel().getByRole("log").getByText("Alder Outdoor").waitFor();
    await on.page.hover("h1");
    await on.page.hover("#logo");
    const tip = on.page.locator("tracker-heatmap .tip");
    await tip.waitFor();
    // Both are as light as the page, whatever the system prefers.
    const schemeOf = (element: Element) => getComputedStyle(element).colorScheme;
    expect(await tip.evaluate(schemeOf)).toBe(await on.panel().evaluate(schemeOf));
    expect(await findBarriers(on.page, "tracker-heatmap")).toEqual([]);
  });

  test("is moved by its handle, with mouse and keyboard, and never out of the window", async () => {
    await openPanel();
    const grip = on.panel().getByRole("button", { name: "Heat map" });
    const before = (await on.panel().boundingBox())!;
    await grip.press("ArrowLeft");
    await grip.press("ArrowUp");
    expect(await on.panel().boundingBox()).toMatchObject({ x: before.x - 24, y: before.y - 24 });
    await grip.hover();
    await on.page.mouse.down();
    await on.page.mouse.move(300, 300);
    await on.page.mouse.move(-500, -500);
    await on.page.mouse.up();
    expect(await on.panel().boundingBox()).toMatchObject({ x: 8, y: 8 });
  });

  test("closes by Esc and by its button, and takes all with it", async () => {
    for (const close of [
      () => on.page.keyboard.press("Escape"),
      () => on.panel().getByRole("button", { name: "Close" }).click(),
    ]) {
      await openPanel();
      await close();
      expect(await on.page.locator("tracker-heatmap").count()).toBe(0);
      await on.page.hover("#basket");
      await on.page.close();
    }
  });

  test("starts folded on a phone", async () => {
    on.page = await on.browser.newPage({ viewport: { width: 390, height: 740 }, hasTouch: true, isMobile: true });
    await on.page.goto(`${on.site.url}/navigation.html`);
    await on.show({ panel: true });
    await on.panel().getByRole("button", { name: "Unfold" }).click();
    expect(await on.panel().getByLabel("Search labels").isVisible()).toBe(true);
  });
});
