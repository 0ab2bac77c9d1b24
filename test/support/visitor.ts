import { existsSync } from "node:fs";
import type { Page } from "playwright-core";
import puppeteer, { type Page as PuppeteerPage } from "puppeteer-core";
import { findChromium, launchBrowser } from "./browser.ts";

/** Far more than a page of one machine takes, on a busy one too. */
const LEAVE_MAX_MS = 20_000;

/** A page as far as Playwright and Puppeteer agree on it. */
export type Tab = Pick<Page, "goto" | "click" | "isClosed"> & {
  evaluate<Argument, Result>(run: (argument: Argument) => Result, argument?: Argument): Promise<Result>;
  close(options?: { runBeforeUnload: boolean }): Promise<void>;
};

/** Someone with a browser of their own: storage and cache are theirs alone. */
export interface Visitor {
  openTab(): Promise<Tab>;
  setOffline(isOffline: boolean): Promise<void>;
  close(): Promise<void>;
}

export interface VisitorBrowser {
  name: "Chromium" | "Firefox";
  hasBackForwardCache: boolean;
  newVisitor(): Promise<Visitor>;
  close(): Promise<void>;
}

/** The browser that the environment's `BROWSER` names: `firefox`, or else Chromium. */
export function openBrowser(): Promise<VisitorBrowser> {
  return process.env["BROWSER"] == "firefox" ? openFirefox() : openChromium();
}

async function openChromium(): Promise<VisitorBrowser> {
  // Playwright switches the back/forward cache off, which visitors have.
  const browser = await launchBrowser({ ignoreDefaultArgs: ["--disable-back-forward-cache"] });
  return {
    name: "Chromium",
    hasBackForwardCache: findChromium().hasBackForwardCache,
    async newVisitor() {
      const context = await browser.newContext();
      return {
        openTab: () => context.newPage(),
        setOffline: (isOffline) => context.setOffline(isOffline),
        close: () => context.close(),
      };
    },
    close: () => browser.close(),
  };
}

/** Playwright drives only a Firefox of its own making; Puppeteer drives the one that people have. */
async function openFirefox(): Promise<VisitorBrowser> {
  const executablePath = ["/usr/bin/firefox-esr", "/usr/bin/firefox"].find((path) => existsSync(path));
  if (!executablePath) throw new Error("No Firefox to test with (Debian: apt-get install firefox-esr).");
  const browser = await puppeteer.launch({ browser: "firefox", executablePath });
  return {
    name: "Firefox",
    hasBackForwardCache: true,
    async newVisitor() {
      const context = await browser.createBrowserContext();
      const tabs: PuppeteerPage[] = [];
      return {
        async openTab() {
          const tab = await context.newPage();
          tabs.push(tab);
          return tab as unknown as Tab;
        },
        async setOffline(isOffline) {
          for (const tab of tabs) if (!tab.isClosed()) await tab.setOfflineMode(isOffline);
        },
        close: () => context.close(),
      };
    },
    close: () => browser.close(),
  };
}

/** Does what leads to another document, and waits until that is there; it may come from the back/forward cache. */
export async function leave(tab: Tab, act: () => Promise<unknown>): Promise<void> {
  // Each document has a start of its own. In between there may be none, or one that is empty.
  const readStart = () =>
    tab
      .evaluate(() => document.readyState == "complete" && location.href != "about:blank" && performance.timeOrigin)
      .catch(() => false);
  const before = await readStart();
  await act();
  const deadline = Date.now() + LEAVE_MAX_MS;
  for (let now: number | boolean = before; !now || now == before; now = await readStart()) {
    if (Date.now() > deadline) throw new Error(`the tab has ${now ? "not left its document" : "no document"}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
