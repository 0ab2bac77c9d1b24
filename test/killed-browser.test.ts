import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import puppeteer, { type Browser } from "puppeteer-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { findChromium } from "./support/browser.ts";
import { startFaultyProxy, type FaultyProxy } from "./support/faulty-proxy.ts";
import { servePage, type Site } from "./support/page.ts";
import { startTracker, type Tracker } from "./support/tracker.ts";

let tracker: Tracker;
let proxy: FaultyProxy;
let shop: Site;

beforeAll(async () => {
  tracker = await startTracker();
  proxy = await startFaultyProxy(tracker.url);
  shop = await servePage(`<!doctype html><title>shop</title><script src="${proxy.url}/tracker.js"></script>`);
});
afterAll(async () => {
  shop.close();
  proxy.close();
  await tracker.stop();
});

/** A browser with the profile of a folder, as a visitor's. */
async function openBrowser(userDataDir: string): Promise<Browser> {
  return puppeteer.launch({ ...findChromium(), userDataDir });
}

/** Whether the browser has written this text into the profile's storage on disk. */
function isOnDisk(profile: string, text: string): boolean {
  const folder = join(profile, "Default/Local Storage/leveldb");
  const files = readdirSync(folder).filter((name) => /\.(log|ldb)$/.test(name));
  // Chromium stores text in one or in two bytes a character.
  const forms = [Buffer.from(text, "latin1"), Buffer.from(text, "utf16le")];
  return files.some((name) => forms.some((form) => readFileSync(join(folder, name)).includes(form)));
}

it("what was folded when the whole browser was killed is sent by the next page, once", async () => {
  const profile = await mkdtemp(join(tmpdir(), "tracker-profile-"));
  const killed = await openBrowser(profile);
  const page = await killed.newPage();
  await page.goto(shop.url);
  // The first of a page view is sent at once.
  await page.evaluate(`track("first")`);
  await expect.poll(() => proxy.batches.length).toBe(1);
  await page.evaluate(`track("folded:a:b"); track("folded:a:b"); track("folded too")`);
  await expect.poll(() => isOnDisk(profile, "folded too")).toBe(true);
  expect(proxy.batches).toHaveLength(1);
  killed.process()!.kill("SIGKILL");
  await new Promise((resolve) => killed.process()!.once("close", resolve));

  const next = await openBrowser(profile);
  try {
    const tab = await next.newPage();
    // Two minutes later: an open batch may still be its page's before.
    await tab.evaluateOnNewDocument(`{
      const { now } = Date;
      Date.now = () => now() + 120_000;
    }`);
    await tab.goto(shop.url);
    await expect.poll(() => proxy.batches.length).toBe(2);
    await tab.reload();
    await tab.goto("about:blank");
    await expect.poll(() => readCounts()).toEqual({ first: 1, folded: 2, "folded too": 1 });
    expect(proxy.answers.filter(({ duplicate }) => !duplicate)).toHaveLength(2);
  } finally {
    await next.close();
  }
});

async function readCounts(): Promise<Record<string, number>> {
  const answer = await fetch(`${tracker.url}/api/statistics?group=label`, {
    headers: { authorization: `Bearer ${tracker.token}` },
  });
  const { rows } = (await answer.json()) as { rows: { label: string; counter: number }[] };
  return Object.fromEntries(rows.map(({ label, counter }) => [label, counter]));
}
