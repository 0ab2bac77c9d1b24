import type { HeatmapOptions } from "@tracker/sdk/heatmap";
import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, vi } from "vitest";
import { launchBrowser } from "./browser.ts";
import { countActions, servePages, showHeatmap, type Action, type Site } from "./pages.ts";
import { startTracker, type Tracker } from "./tracker.ts";

export interface Edges {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

export interface Box extends Edges {
  count: string;
  color: string;
}

/** What the pages of test/pages count today. */
const ACTIONS: Action[] = [
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
];

/**
 * Starts a tracker with counts, a site with test/pages and a browser for the tests of one file; each test opens one page. A page that
 * reports an error fails its test.
 */
export class HeatmapPages {
  tracker!: Tracker;
  site!: Site;
  browser!: Browser;
  page!: Page;
  /** Errors of the page. A test that expects some empties it. */
  problems: string[] = [];

  async open(name: string): Promise<void> {
    this.page = await this.browser.newPage({ viewport: { width: 1000, height: 700 }, locale: "en-US" });
    this.page.on("pageerror", (error) => this.problems.push(error.message));
    this.page.on("console", (message) => message.type() == "error" && this.problems.push(message.text()));
    await this.page.goto(`${this.site.url}/${name}.html`);
  }

  show(options: Partial<HeatmapOptions> = {}): Promise<void> {
    return showHeatmap(this.page, { endpoint: this.tracker.url, token: this.tracker.token, panel: false, ...options });
  }

  /** What is drawn, in reading order: what was clicked, or what never was. */
  readBoxes(isDashed = false): Promise<Box[]> {
    return this.page.evaluate((isDashed) => {
      const { shadowRoot } = document.querySelector("tracker-heatmap")!;
      return [...shadowRoot!.querySelectorAll("div")]
        .filter((node) => node.checkVisibility() && node.classList.contains("cold") === isDashed)
        .map((node) => {
          const { left, top, right, bottom } = node.getBoundingClientRect();
          const count = node.querySelector("b")?.firstChild?.textContent ?? "";
          return { count, color: node.style.color, left, top, right, bottom };
        })
        .toSorted((a, b) => a.top - b.top || a.left - b.left);
    }, isDashed);
  }

  async readBox(count: string): Promise<Box | undefined> {
    return (await this.readBoxes()).find((box) => box.count === count);
  }

  readEdges(selector: string): Promise<Edges> {
    return this.page.locator(selector).evaluate((element) => {
      const { left, top, right, bottom } = element.getBoundingClientRect();
      return { left, top, right, bottom };
    });
  }

  /** Waits until a box lies over its element, to a pixel. */
  async expectOver(count: string, selector: string, cut: Partial<Edges> = {}): Promise<void> {
    await vi.waitFor(
      async () => {
        const [box, element] = [await this.readBox(count), { ...(await this.readEdges(selector)), ...cut }];
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

  async expectNoBox(count: string): Promise<void> {
    await vi.waitFor(async () => expect(await this.readBox(count)).toBeUndefined(), { timeout: 60_000, interval: 50 });
  }

  /** A colour as browsers write it. */
  write(color: string): Promise<string> {
    return this.page.evaluate((color) => {
      const { style } = document.createElement("p");
      style.color = color;
      return style.color;
    }, color);
  }

  panel(): Locator {
    return this.page.getByRole("complementary", { name: "Heat map" });
  }
}

export function prepareHeatmaps(): HeatmapPages {
  const on = new HeatmapPages();
  beforeAll(async () => {
    on.tracker = await startTracker();
    on.site = await servePages(on.tracker.url);
    on.browser = await launchBrowser();
    await countActions(on.tracker.url, ACTIONS);
    await countActions(on.tracker.url, [["find", "header", "stores", 50]], { at: Date.now() - 86_400_000 });
  });
  afterAll(async () => {
    await on.browser.close();
    await on.site.close();
    await on.tracker.stop();
  });
  afterEach(async () => {
    await on.page.close();
    expect(on.problems.splice(0)).toEqual([]);
  });
  return on;
}
