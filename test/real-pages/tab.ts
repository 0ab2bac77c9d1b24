import { setTimeout as sleep } from "node:timers/promises";
import type { Browser, Page } from "puppeteer-core";
import { installProbe, type Probe } from "./probe.ts";

// What visitors use, as docs/automatic-tracking.md says it.
const USABLE =
  "a[href],area[href],button,input,select,textarea,summary,[onclick],[role=button],[role=link],[role=tab],[role=option]," +
  "[role=switch],[role=checkbox],[role=radio],[role^=menuitem]";
const HEIGHT_PX = 800;
const POLL_MS = 100;
/** A page that goes on moving after this does so for ever. */
const SETTLE_MAX_MS = 5_000;

declare const probe: Probe;

/** A tab of a visitor of its own, with the probe in it. */
export interface Tab {
  page: Page;
  /** What its console and its scripts complained of. */
  complaints: string[];
  /** Opens an address, and waits until the page has come to rest. */
  view(url: string): Promise<void>;
  close(): Promise<void>;
}

/** @param prepare Run in the page once it is there, as text. */
export async function openTab(browser: Browser, width: number, prepare = ""): Promise<Tab> {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(error instanceof Error ? error.message : String(error)));
  page.on("console", (message) => {
    if (["error", "warn"].includes(message.type())) complaints.push(message.text());
  });
  page.on("dialog", (dialog) => void dialog.dismiss().catch(() => {}));
  await page.setViewport({ width, height: HEIGHT_PX });
  await page.evaluateOnNewDocument(installProbe, USABLE);
  return {
    page,
    complaints,
    async view(url) {
      await page.goto(url, { waitUntil: "load" });
      await settle(page);
      if (!prepare) return;
      await page.evaluate(prepare);
      await settle(page);
    },
    close: () => context.close(),
  };
}

/** Waits until a condition in the page holds; false where it does not in time. */
export async function waitFor(page: Page, condition: string, mostMs: number): Promise<boolean> {
  for (const end = Date.now() + mostMs; Date.now() < end; await sleep(POLL_MS)) {
    if (await page.evaluate(condition)) return true;
  }
  return false;
}

/** Waits until nothing on the page changes any more. */
async function settle(page: Page): Promise<void> {
  let before = "";
  for (const end = Date.now() + SETTLE_MAX_MS; Date.now() < end; await sleep(3 * POLL_MS)) {
    const now = await page.evaluate(() => document.fonts.ready.then(() => JSON.stringify(probe.snapshot())));
    if (now == before) return;
    before = now;
  }
}
