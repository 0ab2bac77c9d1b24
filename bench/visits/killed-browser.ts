import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { chromium, type Browser } from "playwright-core";
import { ADOPT_AFTER_MS } from "../../packages/sdk/src/recovery/stored-batch.ts";
import { findChromium } from "../../test/support/browser.ts";
import { killNow } from "../../test/support/processes.ts";
import type { Site } from "./site.ts";

/** What became of the actions before a kill. */
export interface Killed {
  kills: number;
  actions: number;
  /** Were counted when the browser was killed. */
  before: number;
  /** The next page sent them. */
  after: number;
  lost: number;
}

const CLICK_EVERY_MS = 2_000;
/** Browsers at a time. */
const AT_A_TIME = 3;
/** Who comes back does so when no page may hold on to what was left, and stays so long at the most. */
const AWAY_MS = ADOPT_AFTER_MS + 5_000;
const RETURN_MS = 10_000;

interface Visitor {
  visit: number;
  /** The browser's, on the disk. */
  profile: string;
  /** The DOM ids of what was clicked. */
  ids: string[];
}

/**
 * Kills browsers while their visitors click, and has each visitor come back with the profile that is left on the disk. Real time: how soon
 * a browser writes its storage to the disk is part of what is measured.
 *
 * @returns also the DOM ids of all actions.
 */
export async function killBrowsers(
  site: Site,
  kills: number,
  random: () => number,
): Promise<Killed & { ids: string[] }> {
  const folder = mkdtempSync(join(tmpdir(), "tracker-profiles-"));
  const visitors = Array.from({ length: kills }, (_, visit): Visitor => ({
    visit,
    profile: join(folder, String(visit)),
    ids: [],
  }));
  try {
    await forEach(visitors, (visitor) => clickUntilKilled(site, visitor, 3_000 + random() * 27_000, random));
    await sleep(AWAY_MS);
    await forEach(visitors, (visitor) => comeBack(site, visitor));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const ids = visitors.flatMap((visitor) => visitor.ids);
  const pages = ids.map((id) => site.sent.find(({ isCounted, actions }) => isCounted && actions.includes(id))?.page);
  return {
    kills,
    actions: ids.length,
    before: pages.filter((page) => page == 0).length,
    after: pages.filter((page) => page == 1).length,
    lost: pages.filter((page) => page === undefined).length,
    ids,
  };
}

async function clickUntilKilled(site: Site, visitor: Visitor, afterMs: number, random: () => number): Promise<void> {
  const { visit, profile, ids } = visitor;
  const { browser, child } = await startBrowser(profile);
  const page = await browser.contexts()[0]!.newPage();
  await page.goto(site.pageUrl({ visit, page: 0 }));
  for (const end = Date.now() + afterMs; Date.now() < end;) {
    const id = `k${visit}c${ids.length}`;
    await page.evaluate((own) => {
      const button = document.querySelector("button")!;
      button.id = own;
      button.dataset["track"] = "click:buttons";
      button.click();
    }, id);
    ids.push(id);
    await sleep(Math.max(0, Math.min(end - Date.now(), -Math.log(1 - random()) * CLICK_EVERY_MS)));
  }
  await killNow(child);
  await site.whenQuiet();
}

async function comeBack(site: Site, { visit, profile, ids }: Visitor): Promise<void> {
  const { browser, child } = await startBrowser(profile);
  const page = await browser.contexts()[0]!.newPage();
  await page.goto(site.pageUrl({ visit, page: 1 }));
  const isAllThere = (): boolean =>
    ids.every((id) => site.sent.some(({ isCounted, actions }) => isCounted && actions.includes(id)));
  for (const until = Date.now() + RETURN_MS; Date.now() < until && !isAllThere();) await sleep(250);
  await killNow(child);
}

async function forEach<Item>(items: readonly Item[], act: (item: Item) => Promise<void>): Promise<void> {
  const pending = items.values();
  const next = async (): Promise<void> => {
    for (const item of pending) await act(item);
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, next));
}

/** A Chromium of its own process group. */
async function startBrowser(profile: string): Promise<{ browser: Browser; child: ChildProcess }> {
  const { executablePath, args, env } = findChromium();
  const child = spawn(
    executablePath,
    [...args, "--headless", "--remote-debugging-port=0", "--no-first-run", `--user-data-dir=${profile}`, "about:blank"],
    { detached: true, env, stdio: ["ignore", "ignore", "pipe"] },
  );
  for await (const line of createInterface({ input: child.stderr })) {
    const [url] = /ws:\/\/\S+/.exec(line) ?? [];
    if (url) return { browser: await chromium.connectOverCDP(url), child };
  }
  throw new Error("the browser ended before it listened");
}
