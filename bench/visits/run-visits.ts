import type { Browser, Page } from "playwright-core";
import type { FastClock } from "./fast-clock.ts";
import { installFastClock } from "./fast-clock.ts";
import type { Step, Visit } from "./models.ts";
import type { Site } from "./site.ts";

/** An action of a visitor. */
export interface Action {
  visit: number;
  page: number;
  /** Its DOM id, which no other action has. */
  id: string;
  /** The page's clock. */
  at: number;
}

/** Visitors at a time. */
const AT_A_TIME = 4;
/** From one visit to the next of the same visitor. */
const AWAY_MS = 3_600_000;
/** In the end each visitor looks in so often at the most, each time for so long, until all has arrived. */
const RETURNS = 5;
const RETURN_MS = 600_000;

/**
 * Lets a few visitors come, each with a browser context of their own, who make all of the visits: what one visit could not send, the same
 * visitor's next may. Returns what they did.
 */
export async function runVisits(browser: Browser, site: Site, visits: readonly Visit[]): Promise<Action[]> {
  const actions: Action[] = [];
  const pending = visits.entries();
  const visitor = async (): Promise<void> => {
    const context = await browser.newContext();
    try {
      await context.addInitScript(installFastClock);
      const page = await context.newPage();
      const own: Action[] = [];
      let now = Date.now();
      for (const [index, visit] of pending) {
        now = AWAY_MS + (await runVisit(page, site, { index, visit, now }, own));
      }
      await leaveFor(page, "about:blank", site);
      for (let turn = 0; turn < RETURNS && !hasArrived(site, own); turn++) {
        await page.goto(site.pageUrl({ visit: -1, page: turn, now }));
        now = AWAY_MS + (await page.evaluate(advance, RETURN_MS));
        await leaveFor(page, "about:blank", site);
      }
      actions.push(...own);
    } finally {
      await context.close();
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_A_TIME, visits.length) }, visitor));
  return actions;
}

/** Adds to the actions what is done. Returns what the page's clock shows in the end. */
async function runVisit(
  page: Page,
  site: Site,
  { index, visit, now }: { index: number; visit: Visit; now: number },
  actions: Action[],
): Promise<number> {
  for (const [number, { steps, restMs }] of visit.pages.entries()) {
    await leaveFor(page, site.pageUrl({ visit: index, page: number, now }), site);
    for (const [part, { clicks, lock }] of splitAtLocks(steps).entries()) {
      const prefix = `v${index}p${number}s${part}`;
      const done = await page.evaluate(click, { clicks: clicks.map(({ afterMs }) => afterMs), prefix });
      actions.push(...done.map((action) => ({ visit: index, page: number, ...action })));
      if (lock) await page.evaluate(hide, lock);
    }
    now = await page.evaluate(advance, restMs);
  }
  return now;
}

function hasArrived({ sent }: Site, actions: readonly Action[]): boolean {
  const counted = new Set(sent.filter(({ isCounted }) => isCounted).flatMap((one) => one.actions));
  return actions.every(({ id }) => counted.has(id));
}

/** By a link, as visitors do; the first page by its address. What is sent on leaving goes on without the page. */
async function leaveFor(page: Page, url: string, site: Site): Promise<void> {
  if (page.url() == "about:blank") return void (await page.goto(url));
  await Promise.all([
    page.waitForURL(url, { waitUntil: "load" }),
    page.evaluate((href) => {
      const link = document.querySelector("a")!;
      link.href = href;
      link.click();
      // The answer to what is sent now comes sooner than the next page.
      void (window as unknown as { fastClock: FastClock }).fastClock.advance(1_000);
    }, url),
  ]);
  if (url == "about:blank") await site.whenQuiet();
}

interface Part {
  clicks: Step[];
  lock?: Step & { kind: "lock" };
}

function splitAtLocks(steps: readonly Step[]): Part[] {
  const parts: Part[] = [{ clicks: [] }];
  for (const step of steps) {
    if (step.kind == "click") parts.at(-1)!.clicks.push(step);
    else {
      parts.at(-1)!.lock = step;
      parts.push({ clicks: [] });
    }
  }
  return parts;
}

/** In the page: clicks a button that is counted under a DOM id of its own each time. */
async function click({ clicks, prefix }: { clicks: number[]; prefix: string }): Promise<{ id: string; at: number }[]> {
  const { fastClock } = window as unknown as { fastClock: FastClock };
  const button = document.querySelector("button")!;
  button.dataset["track"] = "click:buttons";
  const done: { id: string; at: number }[] = [];
  for (const afterMs of clicks) {
    await fastClock.advance(afterMs);
    button.id = `${prefix}c${done.length}`;
    button.click();
    done.push({ id: button.id, at: fastClock.now() });
  }
  return done;
}

/** In the page: lets time pass. Returns what its clock shows then. */
async function advance(ms: number): Promise<number> {
  const { fastClock } = window as unknown as { fastClock: FastClock };
  await fastClock.advance(ms);
  return fastClock.now();
}

/** In the page: it is hidden for a while. */
async function hide({ afterMs, forMs }: Step & { kind: "lock" }): Promise<void> {
  const { fastClock } = window as unknown as { fastClock: FastClock };
  await fastClock.advance(afterMs);
  await fastClock.hide(forMs);
}
