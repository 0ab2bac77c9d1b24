import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { findBarriers } from "./support/axe.ts";
import { launchBrowser } from "./support/browser.ts";
import { servePage } from "./support/page.ts";
import { logIn, startTracker, type Tracker } from "./support/tracker.ts";

const MONTH = "from=2025-01-01&to=2025-01-31";
const LABELS = 4;

/** A month's counts, 1 to 124, of four labels, and a label in another month to delete. */
function makeCsv(): string {
  const days = Array.from({ length: 31 }, (_, index) => String(index + 1).padStart(2, "0"));
  const lines = Array.from({ length: LABELS }, (_, label) =>
    days.map((day, index) => {
      const counter = label * days.length + index + 1;
      return `2025-01-${day},label${label},category${(counter - 1) % 2},id${(counter - 1) % 3},${counter}`;
    }),
  ).flat();
  return ["day,label,category,dom_id,counter", ...lines, "2024-06-01,gone,,,400", "2024-06-02,gone,,,96"].join("\n");
}

let browser: Browser;
let page: Page;
let tracker: Tracker;

beforeAll(async () => {
  [browser, tracker] = await Promise.all([launchBrowser(), startTracker()]);
});
afterAll(async () => {
  await browser.close();
  await tracker.stop();
});
beforeEach(async () => {
  page = await browser.newPage();
});
afterEach(() => page.close());

async function open(path: string): Promise<void> {
  await page.goto(`${tracker.url}/dashboard/${path}`);
}

/** A request as a server sends it, with the token. */
async function send(path: string, body?: string): Promise<void> {
  const answer = await fetch(`${tracker.url}/${path}`, {
    headers: { authorization: `Bearer ${tracker.token}` },
    ...(body !== undefined && { method: "POST", body }),
  });
  expect(answer.status, await answer.text()).toBe(200);
}

function track(labels: string): Promise<void> {
  return send(`track/?labels=${encodeURIComponent(labels)}`);
}

/** The texts of a column of the list. */
async function readColumn(number: number): Promise<string[]> {
  return page.locator(`.rows tbody td:nth-child(${number})`).allInnerTexts();
}

describe("the dashboard before anything is counted", () => {
  it("lets in who has the token, and only them", async () => {
    await open("");
    expect(page.url()).toMatch(/\/login\/$/);
    expect(await findBarriers(page)).toEqual([]);
    await page.getByLabel("Token").fill("wrong");
    await page.getByRole("button", { name: "Log in" }).click();
    expect(await page.getByRole("alert").innerText()).toBe("This is not the token.");
    await page.getByLabel("Token").fill(tracker.token);
    await page.getByRole("button", { name: "Log in" }).click();
    await page.waitForURL(/\/dashboard\/$/);
  });

  it("lets in by the printed link, whose token no request, address or history has", async () => {
    const asked: string[] = [];
    page.on("request", (request) => asked.push(`${request.url()} ${request.headers()["referer"] ?? ""}`));
    await page.goto(`${tracker.url}/login/#to=${encodeURIComponent("/dashboard/health")}&token=${tracker.token}`);
    await page.waitForURL(/\/dashboard\/health$/);
    await page.goBack();
    expect(page.url()).not.toContain(tracker.token);
    expect(asked.length).toBeGreaterThan(3);
    expect(asked.join("\n")).not.toContain(tracker.token);
  });

  it("leads on to the page that was asked for before the login", async () => {
    await open("label?label=asked%26for");
    await page.getByLabel("Token").fill(tracker.token);
    await page.getByRole("button", { name: "Log in" }).click();
    await page.waitForURL(/\/dashboard\//);
    expect(page.url()).toMatch(/\/dashboard\/label\?label=asked%26for$/);
  });

  it("lets in by the printed link, opened on the login itself", async () => {
    await open("");
    await page.goto(`${tracker.url}/login/`);
    await page.goto(`${tracker.url}/login/#token=${tracker.token}`);
    await expect.poll(() => page.url()).toBe(`${tracker.url}/dashboard/`);
  });

  it("says what to do, with the script tag to copy", async () => {
    await logIn(page, tracker);
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await page.getByRole("button", { name: "Copy" }).click();
    await expect
      .poll(() => page.evaluate("navigator.clipboard.readText()"))
      .toBe(`<script src="${tracker.url}/tracker.js" data-auto="true" async></script>`);
    expect(await findBarriers(page)).toEqual([]);
  });

  it("shows the first click by itself", async () => {
    await logIn(page, tracker);
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

describe("the dashboard", () => {
  beforeAll(async () => {
    await send("api/import", makeCsv());
    await track("now:links:now");
  });
  beforeEach(() => logIn(page, tracker));

  it("imports a file, naming the lines it left out", async () => {
    await open("import");
    const csv = "day,label,category,dom_id,counter\n2025-03-01,imported,,,7\n2025-13-01,imported,,,1\n";
    await page.getByLabel("CSV file").setInputFiles({ name: "s.csv", mimeType: "text/csv", buffer: Buffer.from(csv) });
    await page.getByRole("button", { name: "Import" }).click();
    expect(await page.getByRole("status").innerText()).toBe(
      "1 row imported, 1 of them new or different. Left out: 1 line.",
    );
    expect(await page.locator("tbody").innerText()).toMatch(/^3\s+"2025-13-01" is not a day/);
    expect(await findBarriers(page)).toEqual([]);
  });

  it("imports by npm run import, the second time without a change", () => {
    const file = join(mkdtempSync(join(tmpdir(), "import-")), "statistics.csv");
    writeFileSync(
      file,
      "id,label,category,dom_id,counter,day\n1,old,None,None,5,2024-01-01\n2,old,None,None,5,2024-01-99\n",
    );
    const run = () =>
      spawnSync(process.execPath, ["scripts/import.ts", file, "--remote", tracker.url], {
        encoding: "utf8",
        env: { ...process.env, ADMIN_TOKEN: tracker.token },
      });
    const first = run();
    expect(first.stdout).toBe("1 rows, 1 of them new or different; 1 lines left out\n");
    expect(first.stderr).toMatch(/^line 3: "2024-01-99" is not a day/m);
    expect(first.status).toBe(1);
    expect(run().stdout).toBe("1 rows, 0 of them new or different; 1 lines left out\n");
    // As an export of lately has them.
    writeFileSync(file, `label,counter,day\nold,5,2024-01-01\nnow,5,${new Date().toISOString().slice(0, 10)}\n`);
    expect(run()).toMatchObject({ status: 0, stdout: "1 rows, 0 of them new or different; 1 lines left out\n" });
  });

  it("filters, sorts and pages through rows", async () => {
    await open(`statistics?${MONTH}`);
    expect(await page.locator(".rows tbody tr").count()).toBe(50);
    const first = await readColumn(1);
    await page.getByRole("link", { name: "Next page" }).click();
    await page.waitForURL(/cursor=/);
    const second = await readColumn(1);
    expect(first.at(-1)! >= second[0]!).toBe(true);
    await page.getByRole("link", { name: "First page" }).click();
    await expect.poll(() => readColumn(1)).toEqual(first);

    await page.getByRole("link", { name: "Count" }).click();
    await expect.poll(() => readColumn(5)).toEqual(Array.from({ length: 50 }, (_, index) => String(124 - index)));
    expect(await page.locator("[aria-sort]").getAttribute("aria-sort")).toBe("descending");

    await page.getByLabel("Label", { exact: true }).fill("label2");
    await page.getByLabel("Search").fill("ID1");
    await page.getByRole("button", { name: "Filter" }).click();
    await page.waitForURL(/search=ID1/);
    expect(new Set(await readColumn(2))).toEqual(new Set(["label2"]));
    expect(new Set(await readColumn(4))).toEqual(new Set(["id1"]));
    expect(page.url()).toContain("sort=counter");
    expect(await findBarriers(page)).toEqual([]);
  });

  it("sums by what one likes", async () => {
    await open(`statistics?${MONTH}&group=label`);
    expect(await readColumn(1)).toEqual(["label3", "label2", "label1", "label0"]);
    await page.getByLabel("Show").selectOption("category");
    await page.waitForURL(/group=category/);
    expect((await readColumn(2)).map((text) => Number(text.replace(",", ""))).reduce((sum, n) => sum + n)).toBe(7750);
  });

  it("exports what is filtered", async () => {
    await open(`statistics?${MONTH}&label=label1`);
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByText("Export CSV").click()]);
    expect(download.suggestedFilename()).toBe("statistics-2025-01-01-2025-01-31.csv");
    const lines = readFileSync(await download.path(), "utf8")
      .trim()
      .split("\n");
    expect(lines).toHaveLength(32);
    expect(lines[1]).toBe(",2025-01-01,label1,category1,id1,32");
  });

  it("shows one label, beside another", async () => {
    await open(`label?label=label1&${MONTH}`);
    expect(await page.locator(".cards").innerText()).toMatch(
      /1,457[^]*First seen\s+Jan 1, 2025[^]*Last seen\s+Jan 31, 2025/,
    );
    await page.getByLabel("Compare with").fill("label2");
    await page.getByRole("button", { name: "Compare" }).click();
    expect(await page.locator(".legend").innerText()).toBe("label1\nlabel2");
    await page.locator("canvas").waitFor();
    expect(await findBarriers(page)).toEqual([]);
  });

  it("deletes a label after asking", async () => {
    await open("label?label=gone");
    await page.getByRole("link", { name: "Delete this label…" }).click();
    expect(await page.locator("main").innerText()).toMatch(/Delete .?gone.?\?\s+496 actions/);
    expect(await findBarriers(page)).toEqual([]);
    await page.getByRole("button", { name: "Delete 496 actions" }).click();
    expect(await page.getByRole("status").innerText()).toMatch(/^2 rows of .?gone.? from 2024-/);
    await open("label?label=gone");
    expect(await page.locator("main").innerText()).toContain("Nothing was counted under this label.");
    await open("delete?label=gone");
    expect(await page.locator("main").innerText()).toContain("Nothing to delete");
    expect(await page.locator("main").getByRole("button").count()).toBe(0);
  });

  it("shows what is wrong beside its field, where it can be put right", async () => {
    await open(`statistics?from=yesterday&to=2025-01-31&label=label1`);
    expect(await page.getByRole("alert").innerText()).toBe('"yesterday" is not a day such as 2026-11-23');
    expect(await findBarriers(page)).toEqual([]);
    await page.getByLabel("From").fill("2025-01-01");
    await page.getByRole("button", { name: "Continue" }).click();
    await expect.poll(() => page.locator(".rows tbody tr").count()).toBe(31);
  });

  it("shows a page where there is none", async () => {
    await open("nothing");
    expect(await page.locator("h1").innerText()).toBe("There is no such page");
    expect(await findBarriers(page)).toEqual([]);
    await page.getByRole("link", { name: "dashboard" }).click();
    await expect.poll(() => page.locator("h1").innerText()).toBe("Overview");
  });

  it("does not delete days that still count", async () => {
    await open("statistics?label=now");
    await page.getByRole("link", { name: "Delete…" }).click();
    expect(await page.locator("h1").innerText()).toBe("These days cannot be deleted yet");
  });

  it("follows a click as it happens", async () => {
    await page.clock.install();
    await open("");
    const today = page.locator("#today");
    const before = Number(await today.innerText());
    await track("now:links:now");
    await page.clock.runFor(5_000);
    await expect.poll(() => today.innerText()).toBe(String(before + 1));
    expect(await findBarriers(page)).toEqual([]);
  });

  it("opens a page's heat map in a tab of its own, which Esc closes, and says that it is open", async () => {
    const shop = await servePage(`<!doctype html>
      <title>Shop</title>
      <script src="${tracker.url}/tracker.js" async></script>
      <button id="now">Now</button>`);
    const shopPage = await openHeatmap(shop.url);
    await shopPage.waitForURL((url) => url.href.startsWith(shop.url) && url.hash === "");
    const count = shopPage.locator("tracker-heatmap div > b");
    await expect.poll(() => count.allTextContents()).toEqual([expect.stringMatching(/^\d+$/)]);
    await expect.poll(() => page.getByRole("status").innerText()).toMatch(/^The heat map of http:.* is open/);
    const before = Number.parseInt((await count.textContent())!);
    await track("now:links:now");
    await expect.poll(() => count.textContent()).toBe(`${before + 1}`);
    await shopPage.keyboard.press("Escape");
    await expect.poll(() => count.count()).toBe(0);
    await shopPage.close();
    shop.close();
  });

  it("says that a page has no tag, five seconds after it was opened", async () => {
    const shop = await servePage("<!doctype html><title>Shop</title><button>Now</button>");
    const shopPage = await openHeatmap(shop.url);
    await expect.poll(() => page.getByRole("status").innerText()).toMatch(/there seems to be no tag/);
    expect(await page.locator("#no-tag").innerText()).toContain(`<script src="${tracker.url}/tracker.js"`);
    expect(await findBarriers(page)).toEqual([]);
    await shopPage.close();
    shop.close();
  });

  async function openHeatmap(url: string): Promise<Page> {
    await open("heatmaps");
    await page.getByLabel("Where do people click?").fill(url);
    const [opened] = await Promise.all([
      page.context().waitForEvent("page"),
      page.getByRole("button", { name: "Open heat map" }).click(),
    ]);
    return opened;
  }

  it("tells how the way from ping to database is", async () => {
    await track("now:links:now");
    await open("health");
    expect(await page.locator(".cards").innerText()).toMatch(/Not flushed\s+[1-9]/);
    await page.getByRole("button", { name: "Flush now" }).click();
    await expect
      .poll(() => page.locator(".cards").innerText())
      .toMatch(/Last flush\s+\d+ seconds? ago|now[^]*Not flushed\s+0/);
    expect(await findBarriers(page)).toEqual([]);
  });

  it("can be used with the keyboard alone", async () => {
    await open("");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    expect(await page.evaluate("document.activeElement.id")).toBe("main");
    await open(`?${MONTH}`);
    await pressTabTo("Labels");
    await page.keyboard.press("Enter");
    await page.waitForURL(/labels\?from=/);
    await pressTabTo("Last seen");
    await page.keyboard.press("Enter");
    await page.waitForURL(/sort=last/);
  });

  async function pressTabTo(text: string): Promise<void> {
    for (let time = 0; time < 60; time++) {
      await page.keyboard.press("Tab");
      if ((await page.evaluate("document.activeElement.innerText")) === text) return;
    }
    throw new Error(`Tab does not reach ${text}`);
  }

  it("works without JavaScript on a small phone", async () => {
    const context = await browser.newContext({ javaScriptEnabled: false, viewport: { width: 360, height: 740 } });
    await context.addCookies(await page.context().cookies());
    const plain = await context.newPage();
    for (const path of [
      "",
      `labels?${MONTH}`,
      "pages",
      `page?page=/a&${MONTH}`,
      `statistics?${MONTH}`,
      `label?label=label1&${MONTH}`,
      "heatmaps",
      "health",
      "settings",
      "import",
    ]) {
      await plain.goto(`${tracker.url}/dashboard/${path}`);
      const width = await plain.locator("main").evaluate(() => document.documentElement.scrollWidth);
      expect(width, path).toBeLessThanOrEqual(360);
    }
    await plain.goto(`${tracker.url}/dashboard/statistics?${MONTH}`);
    await plain.getByLabel("Label", { exact: true }).fill("label1");
    await plain.getByRole("button", { name: "Filter" }).click();
    await expect.poll(() => plain.locator(".rows tbody tr").count()).toBe(31);
    await context.close();
  });

  it("writes short numbers, months and years on a chart's axes", async () => {
    await send("api/import", "day,label,counter\n2024-03-01,much,1500000\n2024-11-26,much,1234567\n");
    await page.addInitScript(() => {
      const { prototype } = CanvasRenderingContext2D;
      const { fillText } = prototype;
      const texts: [text: string, left: number][] = [];
      Object.assign(globalThis, { texts });
      prototype.fillText = function (text, x, y) {
        const { a, e } = this.getTransform();
        const { width } = this.measureText(text);
        texts.push([text, e + a * (this.textAlign === "right" ? x - width : x - width / 2)]);
        return fillText.call(this, text, x, y);
      };
    });
    await open("label?label=much&from=2024-01-01&to=2024-12-31");
    const readTexts = () => page.evaluate<[string, number][]>("texts");
    await expect.poll(readTexts).toContainEqual(["1.5M", expect.any(Number)]);
    for (const [text, left] of await readTexts()) {
      expect(left, text).toBeGreaterThanOrEqual(0);
      expect(text).toMatch(/^([\d.]*[KM]?|[A-Z][a-z]{2}|2024)$/);
    }
  });

  it("does not move while it loads", async () => {
    await open("");
    await page.locator("canvas").waitFor();
    const shift = await page.evaluate(
      () =>
        new Promise((resolve) => {
          let sum = 0;
          new PerformanceObserver((list) => {
            for (const entry of list.getEntries()) sum += (entry as PerformanceEntry & { value: number }).value;
          }).observe({ type: "layout-shift", buffered: true });
          setTimeout(() => resolve(sum), 300);
        }),
    );
    expect(shift).toBe(0);
  });

  it("logs out", async () => {
    await open("");
    await page.getByRole("button", { name: "Log out" }).click();
    await page.waitForURL(/\/login\/$/);
    await open("health");
    expect(page.url()).toMatch(/\/login\/\?to=%2Fdashboard%2Fhealth$/);
  });
});
