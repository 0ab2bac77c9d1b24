import { describe, expect, test, vi } from "vitest";
import { prepareHeatmaps } from "./support/heatmap-page.ts";
import { countActions, type Action } from "./support/pages.ts";

const on = prepareHeatmaps();

/** Badges that lie on each other, or on text of others than their box's, as what they show. */
async function findCovering(): Promise<string[]> {
  return on.page.evaluate(() => {
    type Edges = Pick<DOMRect, "left" | "top" | "right" | "bottom">;
    const { shadowRoot } = document.querySelector("tracker-heatmap")!;
    const badges = [...shadowRoot!.querySelectorAll("b")].filter((badge) => badge.checkVisibility());
    const touch = (a: Edges, b: Edges, slack: number) =>
      a.left < b.right - slack && a.right > b.left + slack && a.top < b.bottom - slack && a.bottom > b.top + slack;
    const texts: DOMRect[] = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const range = document.createRange();
      range.selectNode(walker.currentNode);
      if (!walker.currentNode.nodeValue!.trim() || !walker.currentNode.parentElement!.checkVisibility()) continue;
      // What letters leave free above and below is no text.
      for (const { x, y, width, height } of range.getClientRects()) {
        texts.push(new DOMRect(x, y + height / 4, width, height / 2));
      }
    }
    const covering: string[] = [];
    for (const [index, badge] of badges.entries()) {
      const edges = badge.getBoundingClientRect();
      const isOther = badges.slice(index + 1).some((other) => touch(edges, other.getBoundingClientRect(), 0.5));
      const own = badge.parentElement!.getBoundingClientRect();
      const isText = texts.some((text) => touch(edges, text, 2) && !touch(own, text, 2));
      if (isOther) covering.push(`${badge.textContent} lies on another`);
      if (isText && edges.width > 8) covering.push(`${badge.textContent} lies on a text`);
    }
    return covering;
  });
}

/** Waits until no badge covers anything: each frame looks at some of them. */
const expectNothingCovered = () =>
  vi.waitFor(async () => expect(await findCovering()).toEqual([]), { timeout: 60_000, interval: 100 });

describe("badges", () => {
  test.each([
    ["navigation", 1280],
    ["navigation", 390],
    ["article", 1280],
    ["article", 390],
    ["dark", 1280],
    ["dark", 390],
    ["parts", 1280],
  ])("of %s at %i px cover neither each other nor a neighbour's text", async (name, width) => {
    await on.open(name);
    await on.page.setViewportSize({ width, height: 800 });
    const ids = await on.page.evaluate(() =>
      [...document.querySelectorAll("a[id],button[id],input[id]")].map((element) => element.id),
    );
    await countActions(
      on.tracker.url,
      ids.map((id, index): Action => ["all", name, id, 1 + ((index * 37) % 400)]),
    );
    await on.show();
    await vi.waitFor(async () => expect((await on.readBoxes()).length).toBeGreaterThan(2));
    await expectNothingCovered();
    await on.page.mouse.wheel(0, 333);
    await expectNothingCovered();
  });

  test("keep their number where it is hottest, and are dots where there is no room", async () => {
    const ids = Array.from(
      { length: 60 },
      (_, index) => `crowd-${"abcdefghij"[index % 10]}-${"abcdef"[Math.floor(index / 10)]}`,
    );
    await countActions(
      on.tracker.url,
      ids.map((id, index): Action => ["crowd", "crowd", id, 100 + index]),
    );
    await on.open("parts");
    await on.page.evaluate((ids) => {
      const nav = document.createElement("nav");
      for (const id of ids)
        nav.append(Object.assign(document.createElement("a"), { id, href: "/", textContent: "Go" }), " ");
      document.body.replaceChildren(nav);
    }, ids);
    await on.show();
    await on.expectOver("159", `#${ids[59]}`);
    await expectNothingCovered();
    const widths = await on.page.evaluate(() => {
      const { shadowRoot } = document.querySelector("tracker-heatmap")!;
      return [...shadowRoot!.querySelectorAll("b")]
        .filter((b) => b.checkVisibility())
        .map((b) => b.getBoundingClientRect().width);
    });
    expect(widths).toContain(8);
    expect(widths[0]).toBeGreaterThan(16);
  });

  test("are 11 px high at least, and as wide as what they show", async () => {
    await on.open("navigation");
    await on.show();
    await on.expectOver("1k", "#logo img");
    const text = await on.page.evaluate(() => {
      const badge = [...document.querySelector("tracker-heatmap")!.shadowRoot!.querySelectorAll("b")].find(
        ({ textContent }) => textContent == "1k",
      )!;
      const range = document.createRange();
      range.selectNodeContents(badge);
      const isRoomy = range.getBoundingClientRect().width <= badge.getBoundingClientRect().width;
      return [badge.textContent, getComputedStyle(badge).fontSize, isRoomy];
    });
    expect(text).toEqual(["1k", "11px", true]);
  });
});

describe("what was never clicked", () => {
  test("is dashed where it is tagged, and told", async () => {
    await on.open("navigation");
    await on.page.setViewportSize({ width: 1000, height: 1000 });
    await on.show();
    await on.expectOver("7", "[data-track='add-0:basket']");
    const tagged = on.page.locator("[data-track]:visible");
    const dashed = await on.readBoxes(true);
    const unused = await on.page.evaluate("heatmap.unused.length");
    expect(unused).toBe((await tagged.count()) - 1);
    expect(dashed.length).toBeGreaterThan(0);
    expect(dashed.every(({ count }) => count === "")).toBe(true);
  });

  test("is all that can be used, where clicks count by themselves", async () => {
    await countActions(on.tracker.url, [["click", "auto", "card", 3]]);
    await on.open("parts");
    await on.page.evaluate(() => document.body.append(document.createElement("button"), document.createElement("p")));
    await on.page.evaluate(() => (document.querySelector("body > button")!.textContent = "More"));
    await on.show();
    await vi.waitFor(async () => expect(await on.readBoxes(true)).toHaveLength(1));
  });
});

describe("what cannot be seen", () => {
  test("neither ranks nor sets the scale, and has its box once it can be", async () => {
    await countActions(on.tracker.url, [
      ["click", "login", "login", 902],
      ["click", "login", "skip", 901],
    ]);
    await on.open("navigation");
    await on.page.evaluate(() => {
      for (const [id, style] of [
        ["login", "display:none"],
        ["skip", "position:absolute;left:-9999px"],
      ]) {
        const link = Object.assign(document.createElement("a"), { id, href: "/", textContent: id });
        link.style.cssText = style!;
        document.querySelector("main")!.prepend(link);
      }
    });
    await on.show();
    await on.expectOver("1k", "#logo img");
    const read = (name: string) => on.page.evaluate<string[]>(`heatmap.${name}.map(({ keys }) => keys.join())`);
    await expect.poll(async () => (await read("hidden")).toSorted()).toEqual(['"login"', '"skip"']);
    expect(await read("spots")).not.toContain('"login"');
    expect(await on.page.evaluate<number[]>("heatmap.values")).not.toContain(902);
    await on.page.evaluate(() => (document.querySelector<HTMLElement>("#login")!.style.display = "block"));
    await on.expectOver("902", "#login");
  });
});
