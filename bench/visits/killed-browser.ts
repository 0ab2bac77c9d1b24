import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { chromium, type Browser } from "playwright-core";
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
/** How long the next page is open at the most: longer than any page keeps actions to itself. */
const RETURN_MS = 90_000;

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
  const result = { kills, actions: 0, before: 0, after: 0, lost: 0, ids: [] as string[] };
  const pending = Array.from({ length: kills }, (_, visit) => ({ visit, afterMs: 3_000 + random() * 27_000 })).values();
  const visitor = async (): Promise<void> => {
    for (const { visit, afterMs } of pending) {
      const ids = await killOne(site, visit, afterMs, random);
      const countedAt = new Map(
        site.sent
          .filter((one) => one.isCounted && one.visit == visit)
          .flatMap(({ page, actions }) => actions.map((id) => [id, page])),
      );
      result.actions += ids.length;
      result.ids.push(...ids);
      for (const id of ids) {
        const page = countedAt.get(id);
        if (page === undefined) result.lost++;
        else if (page == 0) result.before++;
        else result.after++;
      }
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, visitor));
  return result;
}

/** Returns the DOM ids of what was clicked before the kill. */
async function killOne(site: Site, visit: number, afterMs: number, random: () => number): Promise<string[]> {
  const profile = mkdtempSync(join(tmpdir(), "tracker-profile-"));
  try {
    const first = await startBrowser(profile);
    const page = await first.browser.contexts()[0]!.newPage();
    await page.goto(site.pageUrl({ visit, page: 0 }));
    const ids: string[] = [];
    const end = Date.now() + afterMs;
    while (Date.now() < end) {
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
    await killNow(first.child);
    await site.whenQuiet();

    const second = await startBrowser(profile);
    const next = await second.browser.contexts()[0]!.newPage();
    await next.goto(site.pageUrl({ visit, page: 1 }));
    const isAllThere = (): boolean => {
      const counted = new Set(site.sent.filter((one) => one.isCounted).flatMap(({ actions }) => actions));
      return ids.every((id) => counted.has(id));
    };
    for (const until = Date.now() + RETURN_MS; Date.now() < until && !isAllThere();) await sleep(250);
    await killNow(second.child);
    return ids;
  } finally {
    rmSync(profile, { recursive: true, force: true });
  }
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
