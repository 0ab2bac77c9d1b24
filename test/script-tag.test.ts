import { createHash } from "node:crypto";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import puppeteer from "puppeteer-core";
import { describe, expect } from "vitest";
import { findChromium } from "./support/browser.ts";
import { it, TOKEN, type Tagged } from "./support/script-tag.ts";

const ASSETS = join(import.meta.dirname, "../packages/worker/dist/assets");

describe("a script tag", () => {
  it("may be loaded late: a stub keeps what is tracked before", async ({ page, open, readSent }) => {
    await open(`<script>track("early")</script>`, {
      tag: "async",
      head: `<script>window.track ??= Object.assign((pings) => track.q.push(pings), { q: [] });</script>`,
    });
    await page.waitForFunction(() => "tracker" in window);
    await page.evaluate(() => (window as unknown as Tagged).track("late"));
    expect(await readSent()).toEqual({ "early::": 1, "late::": 1 });
  });

  it("may stand on the page twice, beside an element that has its name", async ({ proxy, page, open, readSent }) => {
    await open(`<p id="tracker"></p><script src="${proxy.url}/tracker.js"></script>
      <button data-track="once" id="once">once</button>`);
    await page.click("#once");
    expect(await readSent()).toEqual({ "once::once": 1 });
  });

  it("works under a strict content security policy", async ({ proxy, complaints, page, open, readSent }) => {
    const csp = `default-src 'none'; script-src ${proxy.url}; connect-src ${proxy.url}; require-trusted-types-for 'script'`;
    await open(`<button data-track="strict" id="strict">strict</button>`, { csp });
    await page.click("#strict");
    expect(await readSent()).toEqual({ "strict::strict": 1 });
    expect(complaints).toEqual([]);
  });

  it("may be pinned to a file that is checked before it runs", async ({ page, proxy, serve, readSent }) => {
    const [file = ""] = globSync("tracker.*.js", { cwd: ASSETS });
    const digest = createHash("sha384")
      .update(readFileSync(join(ASSETS, file)))
      .digest("base64");
    const tag = (integrity: string) =>
      `<script src="${proxy.url}/${file}" integrity="sha384-${integrity}" crossorigin></script>`;
    const pinned = await serve(`${tag(digest)}<button data-track="pinned" id="pinned">pinned</button>`);
    await page.goto(pinned.url);
    await page.click("#pinned");
    expect(await readSent()).toEqual({ "pinned::pinned": 1 });
    const wrong = await serve(tag(digest.replace(/./, (first) => (first == "A" ? "B" : "A"))));
    await page.goto(wrong.url);
    expect(await page.evaluate(() => "tracker" in window)).toBe(false);
  });

  it("counts on a page that was made ahead of a click when it is shown", async ({ proxy, page, open }) => {
    const shop = await open(`
      <script type="speculationrules">{"prerender":[{"urls":["?next"],"eagerness":"immediate"}]}</script>
      <a id="next" href="?next">next</a>
      <script>
        if (location.search) track(document.prerendering ? "ahead" : "shown");
      </script>`);
    // Playwright does not let a page be made ahead.
    const other = await puppeteer.launch(findChromium());
    const tab = await other.newPage();
    await tab.goto(shop.url);
    await expect.poll(() => shop.requests).toBe(4);
    // Longer than it takes to send what is tracked.
    await page.waitForTimeout(2000);
    expect(proxy.batches).toEqual([]);
    await Promise.all([tab.waitForNavigation(), tab.click("#next")]);
    // A busy machine may answer so late that it is sent again, under its id.
    const readBatches = () => [...new Map(proxy.batches.map((batch) => [batch.id, batch.pings])).values()];
    await expect.poll(readBatches).toEqual([[["ahead", "", "", 1]]]);
    await other.close();
  });

  it.for<[tag: string, times: number]>([
    [`data-debug`, 2],
    [`data-debug="true"`, 2],
    [`data-debug="false"`, 1],
    ["", 1],
  ])("with %j warns %d times of two wrong pings", async ([tag, times], { complaints, open }) => {
    await open(`<script>track(null); track(null)</script>`, { tag });
    expect(complaints).toHaveLength(times);
  });

  it("counts by an image where scripts are off", async ({ browser, page, proxy, serve, worker }) => {
    const shop = await serve(
      `<noscript><img src="${proxy.url}/track.gif?labels=visit:noscript:image" alt="" /></noscript>`,
    );
    const noScripts = await browser.newContext({ javaScriptEnabled: false });
    const tab = await noScripts.newPage();
    const answer = tab.waitForResponse("**/track.gif*");
    await tab.goto(shop.url);
    expect((await answer).headers()["content-type"]).toBe("image/gif");
    await noScripts.close();
    // The same page with scripts does not ask for it.
    await page.goto(shop.url);
    const stats = await fetch(`${await worker.url}/get_stats/?dom_ids=image`, {
      headers: { authorization: `Bearer ${TOKEN}` },
    });
    expect(await stats.json()).toEqual([["image", 1, "visit"]]);
  });

  it.for(["beforeunload", "pagehide", "visibilitychange", "unload"])(
    "counts what a page tracks in its own %s, when it is left",
    async (type, { proxy, page, open }) => {
      await open(`<script>document.addEventListener("${type}", () => track("last words"));
        addEventListener("${type}", () => track("last words"));</script>`);
      await page.evaluate(() => (window as unknown as Tagged).track("first"));
      await page.goto("about:blank");
      const words = () => proxy.batches.flatMap(({ pings }) => pings).filter(([label]) => label == "last words");
      await expect.poll(() => words().length).toBeGreaterThan(0);
    },
  );

  it("sends with the next page what this one could not, under its first id", async ({ proxy, page, open }) => {
    const shop = await open("");
    let lost = 0;
    proxy.fault = () => (lost++, "request lost");
    await page.evaluate(() => (window as unknown as Tagged).track("late"));
    await page.goto("about:blank");
    await expect.poll(() => lost).toBeGreaterThan(0);
    proxy.fault = () => "none";
    await page.goto(shop.url);
    await expect.poll(() => proxy.answers.length).toBeGreaterThan(0);
    expect(new Set(proxy.batches.map(({ id }) => id)).size).toBe(1);
    expect(proxy.answers.filter(({ duplicate }) => !duplicate)).toMatchObject([{ accepted: 1 }]);
  });

  it("sends what a crashed page had sealed, once", async ({ proxy, context, page, open }) => {
    const shop = await open("");
    proxy.fault = () => "answer lost";
    await page.evaluate(() => (window as unknown as Tagged).track("crash"));
    await expect.poll(() => proxy.answers.length).toBeGreaterThan(0);
    await Promise.all([page.waitForEvent("crash"), page.goto("chrome://crash").catch(() => {})]);
    proxy.fault = () => "none";
    const next = await context.newPage();
    const counted = proxy.answers.length;
    await next.goto(shop.url);
    await expect.poll(() => proxy.answers.length).toBe(counted + 1);
    expect(new Set(proxy.batches.map(({ id }) => id)).size).toBe(1);
    expect(proxy.answers.filter(({ duplicate }) => !duplicate)).toMatchObject([{ accepted: 1 }]);
  });

  it("opens the heat map for a link that says so, and hides its token", async ({ page, open }) => {
    const shop = await open(`<p>shop</p>`);
    await page.goto(`${shop.url}?page=2#tracker-heatmap=secret`);
    await page.reload();
    await page.goto("about:blank");
    await page.goto(`${shop.url}?page=2#tracker-heatmap=secret`);
    await page.waitForSelector("tracker-heatmap", { state: "attached" });
    expect(page.url()).toBe(`${shop.url}?page=2`);
  });
});
