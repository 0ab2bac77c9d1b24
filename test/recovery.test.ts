import { globSync } from "node:fs";
import { join } from "node:path";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { launchBrowser } from "./support/browser.ts";
import { startFaultyProxy, type FaultyProxy } from "./support/faulty-proxy.ts";
import { servePage, type Site } from "./support/page.ts";
import { startTracker, type Tracker } from "./support/tracker.ts";

// The client's second file, in a real browser: who loads it, and what becomes of a batch where it cannot be loaded.

const [PINNED = ""] = globSync("tracker.*.js", { cwd: join(import.meta.dirname, "../packages/worker/dist/assets") });

let browser: Browser;
let tracker: Tracker;
let proxy: FaultyProxy;
let site: Site;
let context: BrowserContext;
let page: Page;
/** The scripts that pages asked for. */
let scripts: string[];

beforeAll(async () => {
  [browser, tracker] = await Promise.all([launchBrowser(), startTracker()]);
});
beforeEach(async () => {
  proxy = await startFaultyProxy(tracker.url);
  context = await browser.newContext();
  page = await context.newPage();
  scripts = [];
  page.on("request", (request) => {
    if (request.url().endsWith(".js")) scripts.push(new URL(request.url()).pathname);
  });
});
afterEach(async () => {
  await context.close();
  site.close();
  proxy.close();
});
afterAll(() => Promise.all([browser.close(), tracker.stop()]));

async function open(file: string): Promise<void> {
  site = await servePage(`<!doctype html><title>shop</title><script src="${proxy.url}/${file}"></script>`);
  await page.goto(site.url);
}

const track = (label: string) => page.evaluate(`track("${label}"); tracker.flush()`);
const readUnsent = () =>
  page.evaluate(() => Object.keys(localStorage).filter((key) => /^@tracker\/sdk \d/.test(key)).length);
const countIds = () => new Set(proxy.batches.map(({ id }) => id)).size;
const readCounted = () => proxy.answers.filter(({ duplicate }) => !duplicate).length;

it("is not loaded where every batch is simply accepted, on this page and on the next", async () => {
  await open("tracker.js");
  await track("a");
  await track("b");
  await page.reload();
  await track("c");
  expect(await readUnsent()).toBe(0);
  expect(new Set(scripts)).toEqual(new Set(["/tracker.js"]));
});

it("is loaded once where a send fails, and sends again under the same id", async () => {
  await open("tracker.js");
  proxy.fault = () => "answer lost";
  await track("a");
  proxy.fault = () => "none";
  await expect.poll(readUnsent).toBe(0);
  expect(scripts.filter((path) => path.startsWith("/recovery."))).toHaveLength(1);
  expect([countIds(), readCounted()]).toEqual([1, 1]);
});

it("leaves a batch stored where it is blocked; the page goes on, and the next page that can load it sends what was left, once", async () => {
  await context.route("**/recovery.*", (route) => route.abort());
  await open("tracker.js");
  proxy.fault = () => "request lost";
  await track("failed");
  expect(await readUnsent()).toBe(1);
  proxy.fault = () => "none";
  await track("went on");
  expect([await readUnsent(), readCounted()]).toEqual([1, 1]);

  await page.reload();
  await track("next page, blocked too");
  expect([await readUnsent(), readCounted()]).toEqual([1, 2]);

  await context.unroute("**/recovery.*");
  await page.reload();
  await expect.poll(readUnsent).toBe(0);
  await expect.poll(readCounted).toBe(3);
  expect(countIds()).toBe(3);
});

it("is within the file for pages that check its integrity", async () => {
  await open(PINNED);
  proxy.fault = () => "503";
  await track("a");
  proxy.fault = () => "none";
  await expect.poll(readUnsent).toBe(0);
  expect(scripts).toEqual([`/${PINNED}`]);
});
