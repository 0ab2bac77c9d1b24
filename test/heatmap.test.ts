import type { HeatmapOptions } from "@tracker/sdk/heatmap";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { heatColors } from "../packages/sdk/src/heatmap/scale.ts";
import { findBarriers } from "./support/axe.ts";
import { launchBrowser } from "./support/browser.ts";
import { countActions, servePages, showHeatmap, type Site } from "./support/pages.ts";
import { logIn, startTracker, type Tracker } from "./support/tracker.ts";

interface Edges {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

interface Box extends Edges {
  count: string;
  color: string;
}

let tracker: Tracker;
let site: Site;
let browser: Browser;
let page: Page;
const problems: string[] = [];

beforeAll(async () => {
  tracker = await startTracker();
  site = await servePages(tracker.url);
  browser = await launchBrowser();
  await countActions(tracker.url, [
    ["open-basket", "header", "basket", 40],
    ["basket-seen", "other", "basket", 4],
    ["home", "header", "logo", 1_000],
    ["open", "departments", "packs-travel", 1],
    ["add-0", "basket", "", 7],
    ["read", "article", "obelisks", 12],
    ["read", "article", "bells", 3],
    ["look", "article", "figure", 25],
    ["subscribe", "article", "newsletter", 2],
    ["open", "app", "deployment-0", 9],
    ["open", "app", "deployment-20", 5],
    ["deploy", "app", "deploy", 3],
    ["filter", "app", "filter-live", 6],
    ["pick", "form", "styled", 8],
    ["pick", "form", "unseen", 11],
    ["open", "card", "card", 5],
    ["open", "card", "card-title", 30],
    ["open", "card", "card-icon", 400],
  ]);
  await countActions(tracker.url, [["find", "header", "stores", 50]], { at: Date.now() - 86_400_000 });
});

afterAll(async () => {
  await browser.close();
  await site.close();
  await tracker.stop();
});

afterEach(async () => {
  await page.close();
  expect(problems.splice(0)).toEqual([]);
});

async function open(name: string): Promise<void> {
  page = await browser.newPage({ viewport: { width: 1000, height: 700 }, locale: "en-US" });
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("console", (message) => message.type() == "error" && problems.push(message.text()));
  await page.goto(`${site.url}/${name}.html`);
}

function show(options: Partial<HeatmapOptions> = {}): Promise<void> {
  return showHeatmap(page, { endpoint: tracker.url, token: tracker.token, panel: false, ...options });
}

/** What is drawn, in reading order. */
function readBoxes(): Promise<Box[]> {
  return page.evaluate(() => {
    const { shadowRoot } = document.querySelector("tracker-heatmap")!;
    return [...shadowRoot!.querySelectorAll("div")]
      .filter((node) => node.checkVisibility())
      .map((node) => {
        const { left, top, right, bottom } = node.getBoundingClientRect();
        const count = node.querySelector("b")?.firstChild?.textContent ?? "";
        return { count, color: node.style.color, left, top, right, bottom };
      })
      .toSorted((a, b) => a.top - b.top || a.left - b.left);
  });
}

async function readBox(count: string): Promise<Box | undefined> {
  return (await readBoxes()).find((box) => box.count === count);
}

function readEdges(selector: string): Promise<Edges> {
  return page.locator(selector).evaluate((element) => {
    const { left, top, right, bottom } = element.getBoundingClientRect();
    return { left, top, right, bottom };
  });
}

/** Waits until a box lies over its element, to a pixel. */
async function expectOver(count: string, selector: string, cut: Partial<Edges> = {}): Promise<void> {
  await vi.waitFor(
    async () => {
      const [box, element] = [await readBox(count), { ...(await readEdges(selector)), ...cut }];
      expect(box, `a box with ${count}`).toBeDefined();
      for (const side of ["left", "top", "right", "bottom"] as const) {
        expect(
          Math.abs(box![side] - element[side]),
          `${side} of ${selector}: ${box![side]} ${element[side]}`,
        ).toBeLessThan(1);
      }
    },
    { timeout: 60_000, interval: 50 },
  );
}

async function expectNoBox(count: string): Promise<void> {
  await vi.waitFor(async () => expect(await readBox(count)).toBeUndefined(), { timeout: 60_000, interval: 50 });
}

describe("showHeatmap", () => {
  test("draws a box with its number over each element that has counts, the more the hotter", async () => {
    await open("navigation");
    await page.setViewportSize({ width: 1000, height: 1000 });
    await show();
    await expectOver("1k", "#logo img");
    await expectOver("44", "#basket");
    await expectOver("1", "#packs-travel");
    await expectOver("7", "[data-track='add-0:basket']");
    expect(await readBoxes()).toHaveLength(4);
    expect((await readBox("1"))!.color).toBe(heatColors(0));
    expect((await readBox("1k"))!.color).toBe(heatColors(1));
  });

  test("leaves the page's elements, styles, layout and focus as they are", async () => {
    await open("article");
    const readPage = () =>
      page.evaluate(() => {
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
    await page.focus("#author");
    const before = await readPage();
    await show({ panel: true });
    await page.getByRole("button", { name: "#bells" }).waitFor();
    await page.mouse.wheel(0, 600);
    await page.mouse.wheel(0, -600);
    await vi.waitFor(async () => expect(await readBox("12")).toBeDefined());
    expect(await readPage()).toEqual(before);
    await page.evaluate(() => Reflect.get(window, "heatmap").remove());
    expect(await page.evaluate(() => [...document.documentElement.children].map(({ localName }) => localName))).toEqual(
      ["head", "body"],
    );
    expect(await readPage()).toEqual(before);
  });

  test("is gone for good, also when it is removed before all of it is there", async () => {
    page = await browser.newPage();
    await page.clock.install();
    await page.goto(`${site.url}/navigation.html`);
    await page.evaluate(`(async () => {
      const { showHeatmap } = await import(${JSON.stringify(`${tracker.url}/heatmap.js`)});
      showHeatmap({ endpoint: ${JSON.stringify(tracker.url)}, token: ${JSON.stringify(tracker.token)} }).remove();
    })()`);
    await page.waitForLoadState("networkidle");
    expect(await page.locator("tracker-heatmap").count()).toBe(0);
    let asked = 0;
    page.on("request", () => asked++);
    await page.clock.fastForward(30_000);
    await page.clock.runFor(5_000);
    expect(asked).toBe(0);
  });

  test("asks for other days", async () => {
    await open("navigation");
    await show({ from: "2020-01-01", to: "2020-01-31" });
    expect(await readBoxes()).toEqual([]);
  });

  test("says why there are no counts", async () => {
    await open("navigation");
    const code = await show({ token: "wrong" }).catch((error: Error) => error.message);
    expect(code).toContain("send the token");
    expect(await page.locator("tracker-heatmap p").textContent()).toContain("send the token");
    problems.length = 0;
  });

  test("goes on saying why while the page changes, and does not ask again where it was refused", async () => {
    page = await browser.newPage();
    await page.clock.install();
    await page.goto(`${site.url}/navigation.html`);
    let asked = 0;
    page.on("request", (request) => request.url().includes("get_stats") && asked++);
    await show({ token: "wrong", panel: true }).catch(() => {});
    await panel().getByRole("button", { name: "Close" }).waitFor();
    const before = asked;
    for (let change = 0; change < 5; change++) {
      await page.evaluate((id) => {
        document.body.append(Object.assign(document.createElement("p"), { id }));
      }, `change-${change}`);
      await page.clock.runFor(2_000);
      expect(await panel().getByRole("alert").textContent()).toContain("send the token");
    }
    expect(asked).toBe(before);
    // The person who looks may ask again.
    await panel().getByLabel("7 days").check({ force: true });
    await expect.poll(() => asked).toBe(before + 1);
  });

  test("says that the Worker does not answer, until it does", async () => {
    page = await browser.newPage();
    await page.clock.install();
    await page.goto(`${site.url}/navigation.html`);
    await show({ panel: true });
    await panel().getByRole("button", { name: "#basket" }).waitFor();
    await page.route(/get_stats/, (route) => route.abort());
    await page.clock.runFor(3_000);
    const reason = panel().getByRole("alert");
    await expect.poll(() => reason.textContent()).toContain("does not answer");
    await page.evaluate(() => document.body.append(document.createElement("p")));
    await page.clock.runFor(1_000);
    expect(await reason.textContent()).toContain("does not answer");
    await page.unroute(/get_stats/);
    await page.clock.runFor(3_000);
    await expect.poll(() => reason.count()).toBe(0);
    expect(await panel().getByRole("button", { name: "#basket" }).isVisible()).toBe(true);
  });
});

describe("the boxes", () => {
  test("follow the scrolling document and its sticky parts", async () => {
    await open("article");
    await show();
    await expectOver("2", "#newsletter");
    for (const y of [0, 300, 37, 900]) {
      await page.evaluate((y) => scrollTo(0, y), y);
      await expectOver("2", "#newsletter");
    }
    await page.evaluate(() =>
      scrollTo(0, document.querySelector("#figure")!.getBoundingClientRect().top + scrollY - 300),
    );
    await expectOver("25", "#figure img");
  });

  test("end where a sticky header covers their element", async () => {
    await open("article");
    await show();
    await page.evaluate(() =>
      scrollTo(0, document.querySelector("#figure img")!.getBoundingClientRect().top + scrollY),
    );
    await expectOver("25", "#figure img", { top: (await readEdges("header")).bottom });
    await page.evaluate(() => scrollBy(0, 280));
    await expectNoBox("25");
  });

  test("cover each line of a wrapped link", async () => {
    await open("article");
    await show();
    await vi.waitFor(async () => {
      const lines = await page.locator("#obelisks").evaluate((link) => link.getClientRects().length);
      const boxes = (await readBoxes()).filter(({ count, color }) => count === "12" || (!count && color));
      expect(lines).toBeGreaterThan(1);
      expect(boxes).toHaveLength(lines);
    });
  });

  test("follow and are cut by a container that scrolls", async () => {
    await open("dark");
    await show();
    await expectOver("9", "#deployment-0");
    await expectNoBox("5");
    await page.locator("#list").evaluate((list) => list.scrollTo(0, 30));
    await expectOver("9", "#deployment-0", { top: (await readEdges("#list")).top + 1 });
    const countNodes = () => page.locator("tracker-heatmap div").count();
    const nodes = await countNodes();
    await page.locator("#list").evaluate((list) => list.scrollTo(0, 5_000));
    await expectOver("5", "#deployment-20");
    await expectNoBox("9");
    expect(await countNodes()).toBe(nodes);
  });

  test("cost at most two layouts a frame, however many move", async () => {
    await countActions(
      tracker.url,
      Array.from({ length: 24 }, (_, index) => ["open", "rows", `rollback-${index}`, 2]),
    );
    await open("dark");
    await show();
    await expectOver("9", "#deployment-0");
    const session = await page.context().newCDPSession(page);
    await session.send("Performance.enable");
    const countLayouts = async () =>
      (await session.send("Performance.getMetrics")).metrics.find(({ name }) => name == "LayoutCount")!.value;
    const before = await countLayouts();
    const moved = await page.evaluate(async () => {
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
    await open("article");
    await page.evaluate(() => (document.documentElement.dir = "rtl"));
    await show();
    await expectOver("2", "#newsletter");
  });

  test("are right on a page that zooms itself", async () => {
    await open("navigation");
    await show();
    await page.evaluate(() => (document.documentElement.style.zoom = "0.8"));
    await expectOver("44", "#basket");
  });

  test("find elements in open shadow roots", async () => {
    await open("dark");
    await show();
    await expectOver("6", "#filter-live");
  });

  test("follow elements that move, change size, hide, come and go", async () => {
    await open("dark");
    await show();
    const deploy = page.locator("#deploy");
    await expectOver("3", "#deploy");
    await deploy.evaluate(
      (button) => button.animate({ translate: ["0 0", "-90px 60px"] }, { duration: 400, fill: "forwards" }).finished,
    );
    await expectOver("3", "#deploy");
    await deploy.evaluate((button) => (button.textContent = "Deploy everything now"));
    await expectOver("3", "#deploy");
    for (const [property, value] of [
      ["display", "none"],
      ["visibility", "hidden"],
      ["opacity", "0"],
    ] as const) {
      await deploy.evaluate((button, [property, value]) => button.style.setProperty(property, value), [
        property,
        value,
      ] as const);
      await expectNoBox("3");
      await deploy.evaluate((button, property) => button.style.removeProperty(property), property);
      await expectOver("3", "#deploy");
    }
    await deploy.evaluate((button) => button.remove());
    await expectNoBox("3");
    await page.evaluate(() => {
      const added = document.createElement("a");
      added.id = "logo";
      added.textContent = "A link that was counted elsewhere";
      document.querySelector("footer")!.append(added);
    });
    await expectOver("1k", "#logo");
    await page.setViewportSize({ width: 700, height: 500 });
    await expectOver("1k", "#logo");
  });

  test("go where a dialog covers their element", async () => {
    await open("navigation");
    await show();
    await expectOver("44", "#basket");
    await page.evaluate(() => {
      const dialog = document.createElement("section");
      dialog.style.cssText = "position:fixed;inset:0;background:#0008";
      document.body.append(dialog);
    });
    await expectNoBox("44");
    await page.evaluate(() => document.body.lastElementChild!.remove());
    await expectOver("44", "#basket");
  });

  test("are there for fields that a label is drawn for", async () => {
    await open("parts");
    await show();
    await expectOver("8", "#styled");
    await expectOver("11", "label[for=unseen]");
    await page.evaluate("heatmap.remove()");
    await show({ panel: true });
    await page.hover("label[for=unseen]");
    await expect.poll(() => page.locator("tracker-heatmap .tip").textContent()).toMatch(/^#unseen 11 /);
    // Of what a transparent part of the page holds nothing is seen.
    await page.evaluate(() => (document.querySelector<HTMLElement>("#fields")!.style.opacity = "0"));
    await expectNoBox("8");
  });

  test("are one with the sum where counted elements lie in one thing to click, and each its own while one points at it", async () => {
    await open("parts");
    await show();
    await expectOver("435", "#card");
    for (const count of ["5", "30", "400"]) await expectNoBox(count);
    // The sum is the hot end of the scale.
    expect((await readBox("435"))!.color).toBe(heatColors(1));
    expect(await page.locator("tracker-heatmap p").textContent()).toBe("5435");
    await page.hover("#card-title");
    await expectOver("5", "#card");
    await expectOver("30", "#card-title");
    await expectOver("400", "#card-icon");
    await page.hover("h1");
    await expectOver("435", "#card");
    await expectNoBox("400");
  });

  test("are there on a page whose Prototype.js changes how lists behave", async () => {
    page = await browser.newPage({ viewport: { width: 1000, height: 1000 }, locale: "en-US" });
    page.on("pageerror", (error) => problems.push(error.message));
    // What version 1.6 does to lists, in short.
    await page.addInitScript(() => {
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
    await page.goto(`${site.url}/parts.html`);
    await show({ panel: true });
    await expectOver("8", "#styled");
    await expectOver("7", "[data-track='add-0:basket']");
    await panel().getByRole("button", { name: "#card-icon" }).waitFor();
    expect(await panel().getByRole("status").textContent()).toBe("461 on 6 elements");
  });

  test("lie above a modal dialog that opens later", async () => {
    await open("navigation");
    await show();
    await expectOver("44", "#basket");
    await page.evaluate(() => {
      const dialog = document.createElement("dialog");
      const link = document.createElement("a");
      link.id = "obelisks";
      link.textContent = "What do people look at in dialogs?";
      dialog.append(link);
      document.body.append(dialog);
      dialog.showModal();
    });
    await expectOver("12", "#obelisks");
    // Nothing behind the dialog can be used.
    await expectNoBox("44");
    const dialog = page.locator("dialog");
    const withBox = await dialog.screenshot();
    await page.evaluate("heatmap.remove()");
    expect(withBox.equals(await dialog.screenshot())).toBe(false);
  });
});

const panel = () => page.getByRole("complementary", { name: "Heat map" });

describe("the panel", () => {
  const listed = () =>
    panel()
      .getByRole("list", { name: /^Elements/ })
      .getByRole("listitem")
      .allTextContents();
  const expectListed = (expected: string[]) =>
    vi.waitFor(async () => expect(await listed()).toEqual(expected), { timeout: 60_000, interval: 50 });

  async function openPanel(): Promise<void> {
    await open("navigation");
    await show({ panel: true });
    await expectListed(["#logo1,000", "#basket44", "add-07", "#packs-travel1"]);
  }

  test("tells the total, and lists the elements", async () => {
    await openPanel();
    expect(await panel().getByRole("status").textContent()).toBe("1,052 on 4 elements");
  });

  test("chooses the days", async () => {
    await openPanel();
    await panel().getByLabel("7 days").check({ force: true });
    await expectListed(["#logo1,000", "#stores50", "#basket44", "add-07", "#packs-travel1"]);
    await panel().getByLabel("Custom").check({ force: true });
    const yesterday = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
    await panel().getByLabel("First day").fill(yesterday);
    await panel().getByLabel("Last day").fill(yesterday);
    await expectListed(["#stores50"]);
    expect(await panel().getByRole("status").textContent()).toBe("50 on 1 element");
  });

  test("shows the days chosen last, however slowly the ones before are answered", async () => {
    await openPanel();
    await panel().getByLabel("Live").uncheck();
    let answerFirst = () => {};
    const isHeld = new Promise<void>((resolve) => (answerFirst = resolve));
    await page.route(
      /get_stats/,
      async (route) => {
        await isHeld;
        await route.continue();
      },
      { times: 1 },
    );
    const asked = page.waitForRequest(/get_stats/);
    await panel().getByLabel("30 days").check({ force: true });
    await asked;
    await panel().getByLabel("Today").check({ force: true });
    answerFirst();
    await page.waitForResponse(/get_stats/);
    await expectListed(["#logo1,000", "#basket44", "add-07", "#packs-travel1"]);
  });

  test("filters by category, label and id", async () => {
    await openPanel();
    await panel().getByLabel("Category").selectOption("header");
    await expectListed(["#logo1,000", "#basket40"]);
    await panel().getByLabel("Category").selectOption("All categories");
    await panel().getByLabel("Search labels").fill("OPEN");
    await expectListed(["#basket40", "#packs-travel1"]);
    await panel().getByLabel("Search labels").fill("logo");
    await expectListed(["#logo1,000"]);
    expect(await readBoxes()).toHaveLength(1);
    await page.keyboard.press("Escape");
    await expectListed(["#logo1,000", "#basket44", "add-07", "#packs-travel1"]);
  });

  test("lists what is counted but not on this page", async () => {
    await openPanel();
    await panel().getByText("Counted elsewhere").click();
    const lines = panel().locator("details li");
    await lines.first().waitFor();
    expect(await lines.allTextContents()).toContain("#figure25");
    expect((await lines.allTextContents()).join()).not.toMatch("#logo");
  });

  test("brings an element into view", async () => {
    await openPanel();
    await page.setViewportSize({ width: 1000, height: 400 });
    expect((await readEdges("[data-track='add-0:basket']")).top).toBeGreaterThan(400);
    await panel().getByRole("button", { name: "add-0" }).click();
    await expectOver("7", "[data-track='add-0:basket']");
  });

  test("shows new counts while live, and none while not", async () => {
    page = await browser.newPage({ viewport: { width: 1000, height: 700 } });
    await page.clock.install();
    await page.goto(`${site.url}/dark.html`);
    await show({ panel: true });
    await panel().getByRole("button", { name: "#deployment-0" }).waitFor();
    await countActions(tracker.url, [["open", "app", "logs-1", 4]]);
    await page.clock.fastForward(3_000);
    await vi.waitFor(async () => expect(await listed()).toContain("#logs-14"));
    await panel().getByLabel("Live").uncheck();
    let asked = 0;
    page.on("request", () => asked++);
    await page.clock.fastForward(30_000);
    await page.clock.runFor(3_000);
    expect(asked).toBe(0);
    await panel().getByLabel("Live").check();
    await page.clock.fastForward(3_000);
    await expect.poll(() => asked).toBe(1);
  });

  test("tells what a number is made of, to a mouse and to a keyboard", async () => {
    await openPanel();
    const tip = page.locator("tracker-heatmap .tip");
    await page.hover("#basket");
    await tip.waitFor();
    expect(await tip.textContent()).toMatch(/^#basket 44 · 4\.\d% · rank 2 of \d/);
    expect(await tip.locator("tr").allInnerTexts()).toEqual(["open-basket\theader\t40", "basket-seen\tother\t4"]);
    await page.hover("h1");
    await expect.poll(() => tip.isVisible()).toBe(false);
    await page.focus("#packs-travel");
    await expect.poll(() => tip.isVisible()).toBe(true);
    expect(await tip.textContent()).toMatch("#packs-travel");
  });

  test.each(["light", "dark"] as const)("keeps nobody out, %s", async (colorScheme) => {
    page = await browser.newPage({ bypassCSP: true, colorScheme });
    await page.goto(`${site.url}/navigation.html`);
    await show({ panel: true });
    await panel().getByText("Counted elsewhere").click();
    await panel().locator("details li").first().waitFor();
    await page.hover("#basket");
    await page.locator("tracker-heatmap .tip").waitFor();
    expect(await findBarriers(page, "tracker-heatmap")).toEqual([]);
  });

  test("is moved by its handle, with mouse and keyboard, and never out of the window", async () => {
    await openPanel();
    const grip = panel().getByRole("button", { name: "Heat map" });
    const before = (await panel().boundingBox())!;
    await grip.press("ArrowLeft");
    await grip.press("ArrowUp");
    expect(await panel().boundingBox()).toMatchObject({ x: before.x - 24, y: before.y - 24 });
    await grip.hover();
    await page.mouse.down();
    await page.mouse.move(300, 300);
    await page.mouse.move(-500, -500);
    await page.mouse.up();
    expect(await panel().boundingBox()).toMatchObject({ x: 8, y: 8 });
  });

  test("closes by Esc and by its button, and takes all with it", async () => {
    for (const close of [
      () => page.keyboard.press("Escape"),
      () => panel().getByRole("button", { name: "Close" }).click(),
    ]) {
      await openPanel();
      await close();
      expect(await page.locator("tracker-heatmap").count()).toBe(0);
      await page.hover("#basket");
      await page.close();
    }
  });

  test("starts folded on a phone", async () => {
    page = await browser.newPage({ viewport: { width: 390, height: 740 }, hasTouch: true, isMobile: true });
    await page.goto(`${site.url}/navigation.html`);
    await show({ panel: true });
    await panel().getByRole("button", { name: "Unfold" }).click();
    expect(await panel().getByLabel("Search labels").isVisible()).toBe(true);
  });
});

describe("the demo page", () => {
  async function openDemo(): Promise<void> {
    page = await browser.newPage({ viewport: { width: 1000, height: 700 }, locale: "en-US" });
    page.on("pageerror", (error) => problems.push(error.message));
  }

  test("counts clicks of those who are not logged in, and tells them how to see the counts", async () => {
    await openDemo();
    await page.goto(`${tracker.url}/demo/`);
    await page.getByText("log in here").waitFor();
    const counted = page.waitForResponse(/\/track\//);
    await page.click("#link4");
    expect((await counted).status()).toBe(200);
    expect(await page.getByText("log in here").isVisible()).toBe(true);
  });

  test.each(["light", "dark"] as const)("keeps nobody out, %s", async (colorScheme) => {
    page = await browser.newPage({ bypassCSP: true, colorScheme });
    await page.goto(`${tracker.url}/demo/`);
    await page.getByText("log in here").waitFor();
    expect(await findBarriers(page, "body")).toEqual([]);
  });

  test("shows each click at once, as a number and on the heat map", async () => {
    await openDemo();
    await logIn(page, tracker);
    await page.goto(`${tracker.url}/demo/`);
    await page.getByRole("switch", { name: "Heat map" }).click();
    for (let clicks = 1; clicks <= 3; clicks++) await page.click("#link2");
    await expect.poll(() => page.locator("#link2").textContent()).toBe("Second link3 clicks");
    await expectOver("3", "#link2");
    await page.getByRole("button", { name: "Statistics" }).click();
    await expect.poll(() => page.locator("#answered").textContent()).toContain('["link2",3,"tracked-links-link2"]');
    await page.getByRole("button", { name: "Report" }).click();
    await expect.poll(() => page.locator("#answered").textContent()).toBe("ok");
    await page.keyboard.press("Escape");
    expect(await page.getByRole("switch").getAttribute("aria-checked")).toBe("false");
  });
});
