import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { HeatmapState } from "../packages/sdk/src/heatmap/heatmap-state.ts";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { launchBrowser } from "./support/browser.ts";
import { servePage, type Site } from "./support/page.ts";
import { showHeatmap } from "./support/pages.ts";
import { startTracker, type Tracker } from "./support/tracker.ts";

// What is used has a mark, for the test alone: no key has it.
const BODY = `
  <header><nav><a mark="header link" href="/pricing?from=header">Pricing</a></nav></header>
  <main>
    <div><div><button mark="icon"><svg width="20" height="20"><path d="M0 0h20v20H0z"/></svg></button></div></div>
    <button id="sign-up" mark="with id">Sign up</button>
    <button mark="generated id">Menu</button>
    <button mark="disabled" disabled>Disabled</button>
    <form onsubmit="return false">
      <label mark="label text"><input type="checkbox" name="terms" mark="checkbox" value="secret">Terms</label>
      <input name="email" mark="email" value="jane@example.com">
      <button mark="submit">Send</button>
    </form>
    <details><summary mark="summary">More</summary>more</details>
    <div role="button" tabindex="0" mark="role">Role</div>
    <div id="host"></div>
    <button data-track="order:shop" mark="annotated">Order</button>
    <div data-track="card:shop"><a href="#card" mark="in annotated">Card</a></div>
    <form data-track="send:forms" data-track-on="submit" onsubmit="return false"><button mark="sends">Go</button></form>
    <button mark="stops" onclick="event.stopImmediatePropagation(); event.preventDefault(); this.remove()">stops</button>
    <p mark="text">text</p>
  </main>
  <footer><a mark="footer link" href="/pricing">Pricing</a></footer>
  <script>
    document.querySelector("[mark='generated id']").id = ":r" + Math.random().toString(36).slice(2) + ":";
    const shadow = document.getElementById("host").attachShadow({ mode: "open" });
    shadow.innerHTML = '<p><a mark="in shadow" href="#shadow">shadow</a></p>';
    // The page stays.
    for (const link of document.querySelectorAll("a[href*=pricing]")) link.addEventListener("click", (event) => event.preventDefault());
  </script>`;

describe("data-auto", () => {
  let tracker: Tracker;
  let browser: Browser;
  let site: Site;
  let page: Page;
  let problems: string[];

  beforeAll(async () => {
    tracker = await startTracker();
    browser = await launchBrowser();
  });
  beforeEach(async () => {
    problems = [];
    page = await browser.newPage();
    page.on("pageerror", (error) => problems.push(error.message));
    page.on("console", (message) => message.type() != "log" && problems.push(message.text()));
  });
  afterEach(async () => {
    await page.close();
    site.close();
    expect(problems).toEqual([]);
  });
  afterAll(() => Promise.all([browser.close(), tracker.stop()]));

  async function open(attributes: string): Promise<void> {
    site = await servePage(
      `<!doctype html><title>shop</title><link rel="icon" href="data:,"><script src="${tracker.url}/tracker.js" ${attributes}></script>${BODY}`,
      { "content-security-policy": `script-src ${tracker.url} 'unsafe-inline'; connect-src ${tracker.url}` },
    );
    await page.goto(site.url);
    // As text: test runners rewrite `import()`. The script asked for the same file before.
    await page.evaluate(`import("${tracker.url}/auto.js").then(() => {})`);
  }

  const mark = (name: string) => page.locator(`[mark="${name}"]`);

  async function readCounts(query = ""): Promise<Record<string, number>> {
    await page.evaluate(() => (window as unknown as { tracker: { flush(): Promise<void> } }).tracker.flush());
    const answer = await fetch(`${tracker.url}/api/statistics?limit=1000${query}`, {
      headers: { authorization: `Bearer ${tracker.token}` },
    });
    const { rows } = (await answer.json()) as { rows: Record<"label" | "category" | "dom_id", string>[] };
    return Object.fromEntries(
      rows.map((row) => [
        `${row.label}:${row.category}:${row.dom_id}`,
        (row as unknown as { counter: number }).counter,
      ]),
    );
  }

  test("counts clicks on all that can be used, once each, and shows each where it is after a reload", async () => {
    await open(`data-auto="true"`);
    await mark("header link").click();
    await mark("header link").click({ button: "middle" });
    await mark("header link").click({ button: "right" });
    await mark("footer link").click();
    await mark("icon").locator("path").click();
    await mark("icon").focus();
    await page.keyboard.press("Enter");
    await mark("with id").click();
    await mark("generated id").click();
    await mark("disabled").click({ force: true });
    // Its text, and not the field: the browser clicks the field then.
    await page.getByText("Terms").click();
    await mark("email").click();
    // The browser clicks the button that sends the form.
    await page.keyboard.press("Enter");
    await mark("summary").click();
    await mark("role").click();
    await mark("in shadow").click();
    await mark("annotated").click();
    await mark("in annotated").click();
    await mark("sends").click();
    await mark("stops").click();
    await mark("text").click();
    expect(await readCounts()).toEqual({
      'click:auto:body>header>nav a[href^="/pricing?"]': 2,
      'click:auto:body>footer a[href="/pricing"]': 1,
      "click:auto:main>div>div>button": 2,
      "click:auto:sign-up": 1,
      "click:auto:main>button:nth-of-type(2)": 1,
      'click:auto:main>form input[name="terms"]': 1,
      'click:auto:main>form input[name="email"]': 1,
      "click:auto:main>form>button": 1,
      "click:auto:main>details>summary": 1,
      'click:auto:main>div[role="button"]': 1,
      "click:auto:#host>>:host>p>a": 1,
      "order:shop:": 1,
      "card:shop:": 1,
      "send:forms:": 1,
      "click:auto:main>form:nth-of-type(2)>button": 1,
      "click:auto:main>button:nth-of-type(5)": 1,
    });

    await page.reload();
    await showHeatmap(page, { endpoint: tracker.url, token: tracker.token, panel: false });
    // The spots are there with the second file.
    const spots = await page.waitForFunction(() => (window as unknown as { heatmap: HeatmapState }).heatmap.spots);
    const shown = await spots.evaluate((spots) =>
      spots.flatMap(({ elements, count }) =>
        elements.map((element) => [element.getAttribute("mark") ?? element.getAttribute("data-track"), count] as const),
      ),
    );
    expect(Object.fromEntries(shown)).toEqual({
      "header link": 2,
      "footer link": 1,
      icon: 2,
      "with id": 1,
      "generated id": 1,
      checkbox: 1,
      email: 1,
      submit: 1,
      summary: 1,
      role: 1,
      "in shadow": 1,
      annotated: 1,
      "card:shop": 1,
      "send:forms": 1,
      sends: 1,
      stops: 1,
    });
    expect(shown).toHaveLength(16);
  });

  test("is trackUsable() in a bundle, and trackSeen() counts what is seen of the same", async () => {
    const umd = readFileSync(join(import.meta.dirname, "../packages/sdk/dist/index.cjs"), "utf8");
    site = await servePage(`<!doctype html><title>shop</title><link rel="icon" href="data:,"><script>${umd}</script>
      <script>
        tracker.init({ endpoint: "${tracker.url}" });
        tracker.trackUsable();
        tracker.trackSeen();
      </script>
      <button id="from-bundle">bundle</button>`);
    await page.goto(site.url);
    await page.click("#from-bundle");
    expect(await readCounts()).toMatchObject({ "click:auto:from-bundle": 1 });
    await expect
      .poll(() => readCounts("&label=(seen)"), { timeout: 60_000 })
      .toMatchObject({ "(seen):auto:from-bundle": 1 });
  });

  test.each(["", `data-auto="false"`])(
    "counts what is annotated, and nothing else, without it: <script %s>",
    async (tag) => {
      const asked: string[] = [];
      page.on("request", (request) => asked.push(request.url()));
      site = await servePage(
        `<!doctype html><title>shop</title><script src="${tracker.url}/tracker.js" ${tag}></script>
      <button mark="plain">plain</button><button data-track="only${tag.length}" mark="annotated">annotated</button>`,
      );
      await page.goto(site.url);
      await mark("plain").click();
      await mark("annotated").click();
      const counts = Object.keys(await readCounts()).filter(
        (key) => key.startsWith(`only${tag.length}`) || key.includes("body>button"),
      );
      expect(counts).toEqual([`only${tag.length}::`]);
      expect(asked.filter((url) => url.endsWith("auto.js"))).toEqual([]);
    },
  );
});
