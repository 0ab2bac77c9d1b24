import { describe, expect, test, vi } from "vitest";
import { heatColors } from "../packages/sdk/src/heatmap/scale.ts";
import { prepareHeatmaps } from "./support/heatmap-page.ts";

const on = prepareHeatmaps();

describe("showHeatmap", () => {
  test("draws a box with its number over each element that has counts, the more the hotter", async () => {
    await on.open("navigation");
    await on.page.setViewportSize({ width: 1000, height: 1000 });
    await on.show();
    await on.expectOver("1k", "#logo img");
    await on.expectOver("44", "#basket");
    await on.expectOver("1", "#packs-travel");
    await on.expectOver("7", "[data-track='add-0:basket']");
    expect(await on.readBoxes()).toHaveLength(4);
    expect((await on.readBox("1"))!.color).toBe(await on.write(heatColors(0)));
    expect((await on.readBox("1k"))!.color).toBe(await on.write(heatColors(1)));
  });

  test("leaves the page's elements, styles, layout and focus as they are", async () => {
    await on.open("article");
    const readPage = () =>
      on.page.evaluate(() => {
        const { scrollWidth, scrollHeight, scrollTop } = document.documentElement;
        const edges = [...document.body.querySelectorAll("*")].map((element) =>
          Object.values(element.getBoundingClientRect().toJSON()),
        );
        return [
          document.head.outerHTML,
          document.body.outerHTML,
          document.activeElement?.id,
          scrollWidth,
          scrollHeight,
          scrollTop,
          edges,
        ];
      });
    await on.page.focus("#author");
    const before = await readPage();
    await on.show({ panel: true });
    await on.page.getByRole("button", { name: "#bells" }).waitFor();
    await on.page.mouse.wheel(0, 600);
    await on.page.mouse.wheel(0, -600);
    await vi.waitFor(async () => expect(await on.readBox("12")).toBeDefined());
    expect(await readPage()).toEqual(before);
    await on.page.evaluate(() => Reflect.get(window, "heatmap").remove());
    expect(
      await on.page.evaluate(() => [...document.documentElement.children].map(({ localName }) => localName)),
    ).toEqual(["head", "body"]);
    expect(await readPage()).toEqual(before);
  });

  test("is gone for good, also when it is removed before all of it is there", async () => {
    on.page = await on.browser.newPage();
    await on.page.clock.install();
    await on.page.goto(`${on.site.url}/navigation.html`);
    await on.page.evaluate(`(async () => {
      const { showHeatmap } = await import(${JSON.stringify(`${on.tracker.url}/heatmap.js`)});
      showHeatmap({ endpoint: ${JSON.stringify(on.tracker.url)}, token: ${JSON.stringify(on.tracker.token)} }).remove();
    })()`);
    await on.page.waitForLoadState("networkidle");
    expect(await on.page.locator("tracker-heatmap").count()).toBe(0);
    let asked = 0;
    on.page.on("request", () => asked++);
    await on.page.clock.fastForward(30_000);
    await on.page.clock.runFor(5_000);
    expect(asked).toBe(0);
  });

  test("asks for other days", async () => {
    await on.open("navigation");
    await on.page.setViewportSize({ width: 1000, height: 1000 });
    await on.show({ from: "2020-01-01", to: "2020-01-31" });
    expect(await on.readBoxes()).toEqual([]);
    await expect
      .poll(() => on.page.locator("tracker-heatmap p").textContent())
      .toBe("Nothing was clicked in these days.");
    // What could be clicked has its outline.
    await vi.waitFor(async () => expect(await on.readBoxes(true)).not.toEqual([]));
  });

  test("says that it loads, then what elements need where nothing can count", async () => {
    await on.open("navigation");
    let answer = () => {};
    const isAsked = new Promise<void>((resolve) => (answer = resolve));
    await on.page.route(/get_stats/, async (route) => {
      await isAsked;
      await route.continue();
    });
    await on.page.evaluate(() => (document.body.textContent = "Nothing to click"));
    const shown = on.show();
    await expect.poll(() => on.page.locator("tracker-heatmap p").textContent()).toBe("Loading…");
    answer();
    await shown;
    await expect.poll(() => on.page.locator("tracker-heatmap p").textContent()).toContain("data-auto");
  });

  test("says why there are no counts", async () => {
    await on.open("navigation");
    const code = await on.show({ token: "wrong" }).catch((error: Error) => error.message);
    expect(code).toContain("send the token");
    expect(await on.page.locator("tracker-heatmap p").textContent()).toContain("send the token");
    on.problems.length = 0;
  });

  test("goes on saying why while the page changes, and does not ask again where it was refused", async () => {
    on.page = await on.browser.newPage();
    await on.page.clock.install();
    await on.page.goto(`${on.site.url}/navigation.html`);
    let asked = 0;
    on.page.on("request", (request) => request.url().includes("get_stats") && asked++);
    await on.show({ token: "wrong", panel: true }).catch(() => {});
    await on.panel().getByRole("button", { name: "Close" }).waitFor();
    const before = asked;
    for (let change = 0; change < 5; change++) {
      await on.page.evaluate((id) => {
        document.body.append(Object.assign(document.createElement("p"), { id }));
      }, `change-${change}`);
      await on.page.clock.runFor(2_000);
      expect(await on.panel().getByRole("alert").textContent()).toContain("send the token");
    }
    expect(asked).toBe(before);
    // The person who looks may ask again.
    await on.panel().getByLabel("7 days").check({ force: true });
    await expect.poll(() => asked).toBe(before + 1);
  });

  test("says that the Worker does not answer, until it does", async () => {
    on.page = await on.browser.newPage();
    await on.page.clock.install();
    await on.page.goto(`${on.site.url}/navigation.html`);
    await on.show({ panel: true });
    await on.panel().getByRole("button", { name: "#basket" }).waitFor();
    await on.page.route(/get_stats/, (route) => route.abort());
    await on.page.clock.runFor(3_000);
    const reason = on.panel().getByRole("alert");
    await expect.poll(() => reason.textContent()).toContain("does not answer");
    await on.page.evaluate(() => document.body.append(document.createElement("p")));
    await on.page.clock.runFor(1_000);
    expect(await reason.textContent()).toContain("does not answer");
    await on.page.unroute(/get_stats/);
    await on.page.clock.runFor(3_000);
    await expect.poll(() => reason.count()).toBe(0);
    expect(await on.panel().getByRole("button", { name: "#basket" }).isVisible()).toBe(true);
  });
});
