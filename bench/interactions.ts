import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { launchBrowser } from "../test/support/browser.ts";
import { startFaultyProxy, type FaultyProxy } from "../test/support/faulty-proxy.ts";
import { servePage } from "../test/support/page.ts";
import { makeRandom } from "../test/support/random.ts";
import { bundleWorker, startWorker } from "../test/support/worker.ts";
import { short, table, whole, type Bench } from "./lib/report.ts";

const SLOWED_TIMES = 4;
const ROUNDS = 6;
const CLICKS_A_ROUND = 40;
const BUTTONS = 20;
/** Far enough apart that each click has frames of its own. A round takes four seconds, so the client folds and sends in some clicks. */
const PAUSE_MIN_MS = 60;
const PAUSE_MAX_MS = 140;
/** What the page's own listener takes. Browsers do not report an event that is over within 16 ms. */
const PAGE_WORK_MS = 20;

/** The same page twice, to see what is noise, and once with the client. */
const PAGES = ["no tracker", "no tracker, once more", "tracker.js"];

/** Of the clicks on a page, in ms. */
interface Timing {
  name: string;
  clicks: number;
  /** From the click to the next frame, as for INP; browsers tell it in steps of 8 ms. */
  durationMedianMs: number;
  durationWorstMs: number;
  /** In the listeners, less the page's own work. */
  listenersMedianMs: number;
  listenersWorstMs: number;
}

/** An event as the browser reports it. */
interface Entry {
  duration: number;
  listeners: number;
}

/** Whether a click feels slower where it is counted. */
export const interactions: Bench<Timing[]> = {
  title: "What a click feels",

  async measure() {
    const browser = await launchBrowser();
    const folder = mkdtempSync(join(tmpdir(), "tracker-bench-"));
    const worker = startWorker(await bundleWorker(), folder, {});
    const proxy = await startFaultyProxy(await worker.url);
    const random = makeRandom(20_261_124);
    const entries = new Map<string, Entry[]>(PAGES.map((name) => [name, []]));
    try {
      for (let round = 0; round < ROUNDS; round++) {
        // Whatever else the machine does meanwhile falls on all of them. None is always the first.
        for (let index = 0; index < PAGES.length; index++) {
          const name = PAGES[(index + round) % PAGES.length]!;
          const script = name == "tracker.js" ? `<script src="${proxy.url}/tracker.js"></script>` : "";
          entries.get(name)!.push(...(await clickRound(browser, proxy, script, random)));
        }
      }
    } finally {
      await browser.close();
      proxy.close();
      await worker.kill();
      rmSync(folder, { recursive: true });
    }
    return [...entries].map(([name, all]) => summarize(name, all));
  },

  render(timings) {
    const [one, other] = timings.map(({ listenersMedianMs }) => listenersMedianMs);
    return `${whole(timings[0]!.clicks)} real clicks a page, ${CLICKS_A_ROUND} a round, the pages in turns, in a Chromium whose processor is slowed ${SLOWED_TIMES} times. The page's own
listener takes ${PAGE_WORK_MS} ms. A click lasts until the next frame, as browsers report it for INP, in steps of 8 ms. _Listeners_ is what all listeners took
beside the page's own work. The first two pages are the same: they differ by noise, ${short(Math.abs(one! - other!))} ms in the median of the listeners.

${table(
  ["", "click, median ms", "p98 ms", "listeners, median ms", "p98 ms"],
  timings.map(({ name, durationMedianMs, durationWorstMs, listenersMedianMs, listenersWorstMs }) => [
    name,
    whole(durationMedianMs),
    whole(durationWorstMs),
    listenersMedianMs.toFixed(2),
    listenersWorstMs.toFixed(2),
  ]),
)}`;
  },
};

function summarize(name: string, entries: readonly Entry[]): Timing {
  const at = (values: number[], part: number): number =>
    values.toSorted((one, other) => one - other)[Math.floor(values.length * part)]!;
  const durations = entries.map(({ duration }) => duration);
  const listeners = entries.map((entry) => entry.listeners);
  return {
    name,
    clicks: entries.length,
    durationMedianMs: at(durations, 0.5),
    durationWorstMs: at(durations, 0.98),
    listenersMedianMs: at(listeners, 0.5),
    listenersWorstMs: at(listeners, 0.98),
  };
}

/** Clicks as a visitor does, on a slow computer. Fails where a click was not reported, or not counted. */
async function clickRound(
  browser: Browser,
  proxy: FaultyProxy,
  script: string,
  random: () => number,
): Promise<Entry[]> {
  const buttons = Array.from(
    { length: BUTTONS },
    (_, id) => `<button id="b${id}" data-track="click:buttons">buy</button>`,
  );
  const site = await servePage(`<!doctype html><title>shop</title>${script}${buttons.join("")}<script>
    self.entries = [];
    self.works = [];
    new PerformanceObserver((list) => {
      for (const { name, duration, processingStart, processingEnd } of list.getEntries())
        if (name == "click") entries.push({ duration, listeners: processingEnd - processingStart });
    }).observe({ type: "event", durationThreshold: 16 });
    addEventListener("click", () => {
      const start = performance.now();
      while (performance.now() - start < ${PAGE_WORK_MS});
      works.push(performance.now() - start);
    });</script>`);
  const page = await browser.newPage();
  await page.goto(site.url);
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Emulation.setCPUThrottlingRate", { rate: SLOWED_TIMES });
  const boxes = await page.$$eval("button", (all) =>
    all.map((button) => button.getBoundingClientRect().toJSON() as DOMRect),
  );
  proxy.answers.length = 0;
  for (let click = 0; click < CLICKS_A_ROUND; click++) {
    const { x, y } = boxes[Math.floor(random() * BUTTONS)]!;
    await page.mouse.click(x + 3, y + 3);
    await page.waitForTimeout(PAUSE_MIN_MS + random() * (PAUSE_MAX_MS - PAUSE_MIN_MS));
  }
  await page.waitForFunction(`entries.length == ${CLICKS_A_ROUND}`);
  const { entries, works } = (await page.evaluate("({ entries, works })")) as { entries: Entry[]; works: number[] };
  await page.evaluate("self.tracker?.flush()");
  const counted = proxy.answers.reduce((sum, { accepted, duplicate }) => sum + (duplicate ? 0 : accepted), 0);
  if (script && counted != CLICKS_A_ROUND) throw new Error(`${CLICKS_A_ROUND} clicks were counted as ${counted}`);
  await page.close();
  site.close();
  return entries.map(({ duration, listeners }, index) => ({ duration, listeners: listeners - works[index]! }));
}
