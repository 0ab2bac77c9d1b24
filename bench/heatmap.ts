import type { CDPSession, Page } from "playwright-core";
import { launchBrowser } from "../test/support/browser.ts";
import { countActions, showHeatmap } from "../test/support/pages.ts";
import { startTracker } from "../test/support/tracker.ts";
import { median, short, table, type Bench } from "./lib/report.ts";

const BOXES = 500;
const FRAMES = 160;
const ROUNDS = 3;

/** Where the elements are, and how many are in the window at a time. */
const PAGES = {
  "a long page": {
    style: "padding:4px 20px;font-size:19px;display:block;width:max-content",
    inside: "document.documentElement",
  },
  "a long page, all in the window": { style: "float:left;width:60px;height:32px", inside: "document.documentElement" },
  "a scrolling container, all in the window": { style: "float:left;width:60px;height:32px", inside: "list" },
};

interface Sample {
  frameMs: number;
  p95FrameMs: number;
  /** CPU time of the main thread for one frame: scripts, and all together. */
  scriptMs: number;
  taskMs: number;
  layouts: number;
}

interface Frames {
  pages: { page: string; without: Sample; with: Sample }[];
  restingMsPerSecond: number;
}

/** What the heat map costs a page that scrolls. */
export const heatmap: Bench<Frames> = {
  title: `Heat map: ${BOXES} boxes while the page scrolls`,

  async measure() {
    const tracker = await startTracker({ vars: { PUBLIC_STATS: "true" } });
    const browser = await launchBrowser();
    try {
      await countActions(
        tracker.url,
        Array.from({ length: BOXES }, (_, index) => ["click", "", `link${index}`, 1 + (index % 200)]),
      );
      const pages: Frames["pages"] = [];
      let restingMsPerSecond = 0;
      for (const [name, { style, inside }] of Object.entries(PAGES)) {
        const page = await browser.newPage({ viewport: { width: 1600, height: 1000 } });
        await page.setContent(`<!doctype html><body style="margin:0">
          <div id="list" style="${inside == "list" ? "height:1000px;overflow:auto" : ""}"><p style="height:300px"></p>
          ${Array.from({ length: BOXES }, (_, index) => `<a id="link${index}" href="#" style="${style}">Link ${index}</a>`).join(" ")}
          <p style="clear:both;height:1500px"></p></div>`);
        const without = await measureScrolling(page, inside);
        await showHeatmap(page, { endpoint: tracker.url, panel: false });
        await page.waitForTimeout(1_000);
        pages.push({ page: name, without, with: await measureScrolling(page, inside) });
        restingMsPerSecond = Math.max(restingMsPerSecond, await measureResting(page));
        await page.close();
      }
      return { pages, restingMsPerSecond };
    } finally {
      await browser.close();
      await tracker.stop();
    }
  },

  render({ pages, restingMsPerSecond }) {
    const rows = pages.flatMap(({ page, ...samples }) =>
      (["without", "with"] as const).map((which) => {
        const { frameMs, p95FrameMs, scriptMs, taskMs, layouts } = samples[which];
        return [page, which, ...[frameMs, p95FrameMs, scriptMs, taskMs, layouts].map(short)];
      }),
    );
    return `Chromium, headless and without a graphics card; the page is scrolled by 7 pixels in each of ${FRAMES} frames, down and up, median of ${ROUNDS}
rounds. Times beside the frame's are CPU times of the main thread. A box each that read and wrote in turn would show as ${BOXES} layouts a frame.

${table(["elements in", "heat map", "frame, ms", "p95, ms", "scripts, ms", "main thread, ms", "layouts a frame"], rows)}

While nothing moves it takes ${short(restingMsPerSecond)} ms of a second, with all ${BOXES} elements in the window.`;
  },
};

async function measureScrolling(page: Page, inside: string): Promise<Sample> {
  const session = await openSession(page);
  const samples: Sample[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const before = await readMetrics(session);
    const frames = (await page.evaluate(`(async () => {
      const frames = [];
      let last = await new Promise(requestAnimationFrame);
      for (let frame = 0; frame < ${FRAMES}; frame++) {
        ${inside}.scrollTop += frame % 80 < 40 ? 7 : -7;
        const now = await new Promise(requestAnimationFrame);
        frames.push(now - last);
        last = now;
      }
      return frames;
    })()`)) as number[];
    const after = await readMetrics(session);
    const perFrame = (name: string) => (after[name]! - before[name]!) / FRAMES;
    samples.push({
      frameMs: median(frames),
      p95FrameMs: frames.toSorted((a, b) => a - b)[Math.floor(FRAMES * 0.95)]!,
      scriptMs: 1000 * perFrame("ScriptDuration"),
      taskMs: 1000 * perFrame("TaskDuration"),
      layouts: perFrame("LayoutCount"),
    });
  }
  await session.detach();
  const middle = (name: keyof Sample) => median(samples.map((sample) => sample[name]));
  return {
    frameMs: middle("frameMs"),
    p95FrameMs: middle("p95FrameMs"),
    scriptMs: middle("scriptMs"),
    taskMs: middle("taskMs"),
    layouts: middle("layouts"),
  };
}

/** Ms of the main thread in a second in which nothing happens on the page. */
async function measureResting(page: Page): Promise<number> {
  const SECONDS = 5;
  const session = await openSession(page);
  await page.waitForTimeout(1_000);
  const before = await readMetrics(session);
  await page.waitForTimeout(SECONDS * 1_000);
  const after = await readMetrics(session);
  await session.detach();
  return (1000 * (after["TaskDuration"]! - before["TaskDuration"]!)) / SECONDS;
}

/** Times are then those of the thread itself, not of others on the machine. */
async function openSession(page: Page): Promise<CDPSession> {
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.setTimeDomain", { timeDomain: "threadTicks" });
  await session.send("Performance.enable");
  return session;
}

async function readMetrics(session: CDPSession): Promise<Record<string, number>> {
  const { metrics } = await session.send("Performance.getMetrics");
  return Object.fromEntries(metrics.map(({ name, value }) => [name, value]));
}
