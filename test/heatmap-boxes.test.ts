import { describe, expect, test, vi } from "vitest";
import { heatColors } from "../packages/sdk/src/heatmap/scale.ts";
import { prepareHeatmaps } from "./support/heatmap-page.ts";
import { countActions } from "./support/pages.ts";

const on = prepareHeatmaps();

describe("the boxes", () => {
  test("follow the scrolling document and its sticky parts", async () => {
    await on.open("article");
    await on.show();
    await on.expectOver("2", "#newsletter");
    for (const y of [0, 300, 37, 900]) {
      await on.page.evaluate((y) => scrollTo(0, y), y);
      await on.expectOver("2", "#newsletter");
    }
    await on.page.evaluate(() =>
      scrollTo(0, document.querySelector("#figure")!.getBoundingClientRect().top + scrollY - 300),
    );
    await on.expectOver("25", "#figure img");
  });

  test("end where a sticky header covers their element", async () => {
    await on.open("article");
    await on.show();
    await on.page.evaluate(() =>
      scrollTo(0, document.querySelector("#figure img")!.getBoundingClientRect().top + scrollY),
    );
    await on.expectOver("25", "#figure img", { top: (await on.readEdges("header")).bottom });
    await on.page.evaluate(() => scrollBy(0, 280));
    await on.expectNoBox("25");
  });

  test("cover each line of a wrapped link", async () => {
    await on.open("article");
    await on.show();
    await vi.waitFor(async () => {
      const lines = await on.page.locator("#obelisks").evaluate((link) => link.getClientRects().length);
      const boxes = (await on.readBoxes()).filter(({ count, color }) => count === "12" || (!count && color));
      expect(lines).toBeGreaterThan(1);
      expect(boxes).toHaveLength(lines);
    });
  });

  test("follow and are cut by a container that scrolls", async () => {
    await on.open("dark");
    await on.show();
    await on.expectOver("9", "#deployment-0");
    await on.expectNoBox("5");
    await on.page.locator("#list").evaluate((list) => list.scrollTo(0, 30));
    await on.expectOver("9", "#deployment-0", { top: (await on.readEdges("#list")).top + 1 });
    const countNodes = () => on.page.locator("tracker-heatmap div").count();
    const nodes = await countNodes();
    await on.page.locator("#list").evaluate((list) => list.scrollTo(0, 5_000));
    await on.expectOver("5", "#deployment-20");
    await on.expectNoBox("9");
    expect(await countNodes()).toBe(nodes);
  });

  test("cost at most two layouts a frame, however many move", async () => {
    await countActions(
      on.tracker.url,
      Array.from({ length: 24 }, (_, index) => ["open", "rows", `rollback-${index}`, 2]),
    );
    await on.open("dark");
    await on.show();
    await on.expectOver("9", "#deployment-0");
    const session = await on.page.context().newCDPSession(on.page);
    await session.send("Performance.enable");
    const countLayouts = async () =>
      (await session.send("Performance.getMetrics")).metrics.find(({ name }) => name == "LayoutCount")!.value;
    const before = await countLayouts();
    const moved = await on.page.evaluate(async () => {
      const list = document.querySelector("#list")!;
      const { shadowRoot } = document.querySelector("tracker-heatmap")!;
      // The page moves each row by itself, which no scrolling layer can take over from the boxes.
      for (let frame = 1; frame <= 20; frame++) {
        for (const row of list.children) (row as HTMLElement).style.marginLeft = `${frame}px`;
        await new Promise(requestAnimationFrame);
      }
      return [...shadowRoot!.querySelectorAll("div")].filter((node) => node.checkVisibility()).length;
    });
    expect(moved).toBeGreaterThan(9);
    expect((await countLayouts()) - before).toBeLessThanOrEqual(2 * 20 + 5);
  });

  test("are right on a page that reads from right to left", async () => {
    await on.open("article");
    await on.page.evaluate(() => (document.documentElement.dir = "rtl"));
    await on.show();
    await on.expectOver("2", "#newsletter");
  });

  test("are right on a page that zooms itself", async () => {
    await on.open("navigation");
    await on.show();
    await on.page.evaluate(() => (document.documentElement.style.zoom = "0.8"));
    await on.expectOver("44", "#basket");
  });

  test("find elements in open shadow roots", async () => {
    await on.open("dark");
    await on.show();
    await on.expectOver("6", "#filter-live");
  });

  test("follow elements that move, change size, hide, come and go", async () => {
    await on.open("dark");
    await on.show();
    const deploy = on.page.locator("#deploy");
    await on.expectOver("3", "#deploy");
    await deploy.evaluate(
      (button) => button.animate({ translate: ["0 0", "-90px 60px"] }, { duration: 400, fill: "forwards" }).finished,
    );
    await on.expectOver("3", "#deploy");
    await deploy.evaluate((button) => (button.textContent = "Deploy everything now"));
    await on.expectOver("3", "#deploy");
    for (const [property, value] of [
      ["display", "none"],
      ["visibility", "hidden"],
      ["opacity", "0"],
    ] as const) {
      await deploy.evaluate((button, [property, value]) => button.style.setProperty(property, value), [
        property,
        value,
      ] as const);
      await on.expectNoBox("3");
      await deploy.evaluate((button, property) => button.style.removeProperty(property), property);
      await on.expectOver("3", "#deploy");
    }
    await deploy.evaluate((button) => button.remove());
    await on.expectNoBox("3");
    await on.page.evaluate(() => {
      const added = document.createElement("a");
      added.id = "logo";
      added.textContent = "A link that was counted elsewhere";
      document.querySelector("footer")!.append(added);
    });
    await on.expectOver("1k", "#logo");
    await on.page.setViewportSize({ width: 700, height: 500 });
    await on.expectOver("1k", "#logo");
  });

  test("go where a dialog covers their element", async () => {
    await on.open("navigation");
    await on.show();
    await on.expectOver("44", "#basket");
    await on.page.evaluate(() => {
      const dialog = document.createElement("section");
      dialog.style.cssText = "position:fixed;inset:0;background:#0008";
      document.body.append(dialog);
    });
    await on.expectNoBox("44");
    await on.page.evaluate(() => document.body.lastElementChild!.remove());
    await on.expectOver("44", "#basket");
  });

  test("are there for fields that a label is drawn for", async () => {
    await on.open("parts");
    await on.show();
    await on.expectOver("8", "#styled");
    await on.expectOver("11", "label[for=unseen]");
    await on.page.evaluate("heatmap.remove()");
    await on.show({ panel: true });
    await on.page.hover("label[for=unseen]");
    await expect.poll(() => on.page.locator("tracker-heatmap .tip").textContent()).toMatch(/ #unseen11 · /);
    // Of what a transparent part of the page holds nothing is seen.
    await on.page.evaluate(() => (document.querySelector<HTMLElement>("#fields")!.style.opacity = "0"));
    await on.expectNoBox("8");
  });

  test("are one with the sum where counted elements lie in one thing to click, and each its own while one points at it", async () => {
    await on.open("parts");
    await on.show();
    await on.expectOver("435", "#card");
    for (const count of ["5", "30", "400"]) await on.expectNoBox(count);
    // The sum is the hot end of the scale.
    expect((await on.readBox("435"))!.color).toBe(await on.write(heatColors(1)));
    expect(await on.page.locator("tracker-heatmap p").textContent()).toBe("511435");
    await on.page.hover("#card-title");
    await on.expectOver("5", "#card");
    await on.expectOver("30", "#card-title");
    await on.expectOver("400", "#card-icon");
    await on.page.hover("h1");
    await on.expectOver("435", "#card");
    await on.expectNoBox("400");
  });

  test("are there on a page whose Prototype.js changes how lists behave", async () => {
    on.page = await on.browser.newPage({ viewport: { width: 1000, height: 1000 }, locale: "en-US" });
    on.page.on("pageerror", (error) => on.problems.push(error.message));
    // What version 1.6 does to lists, in short.
    await on.page.addInitScript(() => {
      const copy = (list: ArrayLike<unknown>): unknown[] => Array.prototype.slice.call(list ?? []);
      Object.assign(Array, { from: copy });
      Object.assign(Array.prototype, {
        toJSON(this: unknown[]) {
          return `[${this.map((one) => JSON.stringify(one)).join(", ")}]`;
        },
        entries(this: unknown[]) {
          return copy(this);
        },
        reduce(this: unknown[]) {
          return this.length > 1 ? this : this[0];
        },
      });
    });
    await on.page.goto(`${on.site.url}/parts.html`);
    await on.show({ panel: true });
    await on.expectOver("8", "#styled");
    await on.expectOver("7", "[data-track='add-0:basket']");
    await on.panel().getByRole("button", { name: "#card-icon" }).waitFor();
    expect(await on.panel().getByRole("status").textContent()).toBe("461 on 6 elements");
  });

  test("lie above a modal dialog that opens later", async () => {
    await on.open("navigation");
    await on.show();
    await on.expectOver("44", "#basket");
    await on.page.evaluate(() => {
      const dialog = document.createElement("dialog");
      const link = document.createElement("a");
      link.id = "obelisks";
      link.textContent = "What do people look at in dialogs?";
      dialog.append(link);
      document.body.append(dialog);
      dialog.showModal();
    });
    await on.expectOver("12", "#obelisks");
    // Nothing behind the dialog can be used.
    await on.expectNoBox("44");
    const dialog = on.page.locator("dialog");
    const withBox = await dialog.screenshot();
    await on.page.evaluate("heatmap.remove()");
    expect(withBox.equals(await dialog.screenshot())).toBe(false);
  });
});
