import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";
import type { Browser, Page } from "playwright-core";
import { launchBrowser } from "../test/support/browser.ts";
import { startFaultyProxy, type Fault, type FaultyProxy } from "../test/support/faulty-proxy.ts";
import { servePage } from "../test/support/page.ts";
import { leave } from "../test/support/visitor.ts";
import { bundleWorker, startWorker } from "../test/support/worker.ts";
import { short, table, whole, type Bench } from "./lib/report.ts";

const ROOT = join(import.meta.dirname, "..");

const CLICKS = 1_000;
const LINKS = 20;
const CLICK_EVERY_MS = 10;
/** Of `track()` in a row, and of it a few at a time. */
const CALLS = 10_000;
const CALLS_AT_A_TIME = 10;
/** Real clicks, some of them in the second in which the client stores and sends. */
const INTERACTIONS = 200;
const INTERACTION_EVERY_MS = 90;
const SLOWED_TIMES = 4;
const LEAVES = 40;
/** How long a page takes to come, and a visitor to click: both shorter than most. */
const PAGE_MS = 100;
const STAY_MS = 200;

/** Others' clients: the file of the package that a page loads. None of it says what its server loads after it. */
const PEERS: Omit<Size, "brotli">[] = [
  { name: "Plausible", source: "@plausible-analytics/tracker@0.4.6 plausible.js", does: "no" },
  { name: "Counterscale", source: "@counterscale/tracker@3.4.1 dist/loader/tracker.js", does: "no" },
  { name: "PostHog", source: "posthog-js@1.449.2 dist/array.js", does: "yes" },
];
/** No npm package has these two. Their figures were taken by hand from what the vendors serve. */
const UNPACKAGED = [
  ["Umami", "the vendor's script, version not recorded; not measured by this benchmark", "1,940", "no"],
  ["GoatCounter", "the vendor's script, version not recorded; not measured by this benchmark", "1,850", "no"],
];

interface Size {
  name: string;
  /** The file it is. */
  source: string;
  brotli: number;
  /** Whether it sends events together, tries again, and counts what it has sent twice once. */
  does: "yes" | "no";
}

interface Clicks {
  requests: number;
  /** Actions in the answers that were no duplicates. */
  counted: number;
  /** Time of the main thread. */
  mainThreadMs: number;
  longTasks: number;
}

interface Sdk {
  sizes: Size[];
  callUs: number;
  spread: { calls: number; callUs: number; longTasks: number };
  clicks: { name: string; clicks: Clicks }[];
  /** Of real clicks on a slowed page, in ms: absent from measurements of before it was taken. */
  interactions?: { name: string; median: number; worst: number }[];
  leaves: { name: string; requests: number; again: number; counted: number }[];
}

/** What the client costs a page. */
export const sdk: Bench<Sdk> = {
  title: "The client",

  async measure() {
    const browser = await launchBrowser({ ignoreDefaultArgs: ["--disable-back-forward-cache"] });
    const folder = mkdtempSync(join(tmpdir(), "tracker-bench-"));
    const worker = startWorker(await bundleWorker(), folder, {});
    const proxy = await startFaultyProxy(await worker.url);
    try {
      const tag = `<script src="${proxy.url}/tracker.js"></script>`;
      let batch = 0;
      const faults: Fault[] = ["none", "answer lost", "none", "503", "none", "request lost"];
      const nextFault = () => faults[batch++ % faults.length]!;
      const clicks = [
        { name: "no tracker", clicks: await click(browser, proxy, "", () => "none") },
        { name: "tracker.js", clicks: await click(browser, proxy, tag, () => "none") },
        { name: "tracker.js, bad network", clicks: await click(browser, proxy, tag, nextFault) },
      ];
      proxy.fault = () => "none";
      return {
        sizes: weighAll(folder),
        clicks,
        ...(await call(browser, tag)),
        interactions: [
          { name: "no tracker", ...(await interact(browser, "")) },
          { name: "tracker.js", ...(await interact(browser, tag)) },
        ],
        leaves: [
          { name: "the browser says when a page will be left", ...(await leaveByLink(browser, proxy, tag)) },
          {
            name: "it does not (no Navigation API)",
            ...(await leaveByLink(
              browser,
              proxy,
              `<script>Object.defineProperty(self, "navigation", {})</script>${tag}`,
            )),
          },
        ],
      };
    } finally {
      await browser.close();
      proxy.close();
      await worker.kill();
      rmSync(folder, { recursive: true });
    }
  },

  render({ sizes, callUs, spread, clicks, leaves, interactions }) {
    return `Bytes of what a page loads, as its vendor publishes it; some load more from their servers. *Batches* is whether it sends
events together, tries again what failed, and counts once what arrived twice:

${table(
  ["client", "file", "brotli", "batches"],
  [...sizes.map(({ name, source, brotli, does }) => [name, source, whole(brotli), does]), ...UNPACKAGED],
)}

${whole(CLICKS)} clicks on ${LINKS} links in Chromium, one each ${CLICK_EVERY_MS} ms, before a real Worker. On the bad network every other request fails: answers
get lost after they were counted, requests before, and some are refused with 503. Each click was counted once. Main thread
time is all of it, the clicks too; a long task is one of more than 50 ms.

${table(
  ["", "requests for 1,000 clicks", "counted", "main thread, ms", "long tasks"],
  clicks.map(({ name, clicks: { requests, counted, mainThreadMs, longTasks } }) => [
    name,
    requests,
    whole(counted),
    whole(mainThreadMs),
    longTasks,
  ]),
)}

A call of \`track()\` took ${short(callUs)} µs of the main thread (mean of ${whole(CALLS)} in a row). Spread over a page's life, ${CALLS_AT_A_TIME} at a time with
folding and sending in between, ${whole(spread.calls)} calls took ${short(spread.callUs)} µs each and made ${spread.longTasks} long tasks.
${interactions ? renderInteractions(interactions) : ""}
A page that is left may be gone before its last batch is answered; then the next page sends that batch again, and the Worker
does not count it again. ${LEAVES} pages that came in ${PAGE_MS} ms and were left after ${STAY_MS} ms by a link, each at the moment of a counted click:

${table(
  ["", "batches sent", "of these again", "counted"],
  leaves.map(({ name, requests, again, counted }) => [name, requests, again, counted]),
)}`;
  },
};

function renderInteractions(interactions: NonNullable<Sdk["interactions"]>): string {
  return `
${INTERACTIONS} real clicks on a page whose processor is slowed ${SLOWED_TIMES} times, each counted by \`track()\` where there is one, from the click to the next
frame, as browsers report it for INP (in steps of 8 ms):

${table(
  ["", "median, ms", "98th percentile, ms"],
  interactions.map(({ name, median, worst }) => [name, whole(median), whole(worst)]),
)}
`;
}

/** Clicks as a visitor does, on a slow computer. */
async function interact(browser: Browser, script: string): Promise<{ median: number; worst: number }> {
  const site =
    await servePage(`<!doctype html><title>shop</title>${script}<button id="buy" data-track="buy">buy</button><script>
    self.durations = [];
    const observer = new PerformanceObserver((list) => {
      for (const { name, duration } of list.getEntries()) if (name == "click") durations.push(duration);
    });
    observer.observe({ type: "event", durationThreshold: 16 });
    addEventListener("click", ({ target }) => self.track?.("click:buttons:" + target.id + Math.random()));</script>`);
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(site.url);
  const devtools = await context.newCDPSession(page);
  await devtools.send("Emulation.setCPUThrottlingRate", { rate: SLOWED_TIMES });
  const box = (await page.locator("#buy").boundingBox())!;
  for (let click = 0; click < INTERACTIONS; click++) {
    await page.mouse.click(box.x + 5, box.y + 5);
    await page.waitForTimeout(INTERACTION_EVERY_MS);
  }
  const durations = await page.evaluate(() => (self as unknown as { durations: number[] }).durations);
  await context.close();
  site.close();
  // What is shorter than the browser reports is its shortest.
  while (durations.length < INTERACTIONS) durations.push(16);
  durations.sort((one, other) => one - other);
  return {
    median: durations[Math.floor(INTERACTIONS / 2)]!,
    worst: durations[Math.floor(INTERACTIONS * 0.98)]!,
  };
}

/** Clicks on links of a page. */
async function click(browser: Browser, proxy: FaultyProxy, script: string, fault: () => Fault): Promise<Clicks> {
  proxy.fault = fault;
  proxy.answers.length = 0;
  const links = Array.from({ length: LINKS }, (_, index) => `<a href="#" id="link${index}">${index}</a>`).join("");
  const site = await servePage(`<!doctype html><title>shop</title>${script}${links}<script>
    addEventListener("click", ({ target }) => self.track?.("click:links:" + target.id));</script>`);
  const context = await browser.newContext();
  const page = await context.newPage();
  let requests = 0;
  page.on("request", (request) => {
    if (request.method() == "POST") requests++;
  });
  await page.goto(site.url);
  const devtools = await context.newCDPSession(page);
  await devtools.send("Performance.enable");
  const readTaskMs = async (): Promise<number> => {
    const { metrics } = await devtools.send("Performance.getMetrics");
    return metrics.find(({ name }) => name == "TaskDuration")!.value * 1000;
  };
  await countLongTasks(page);
  const before = await readTaskMs();
  await page.evaluate(
    async ({ clicks, everyMs, links }) => {
      for (let index = 0; index < clicks; index++) {
        document.getElementById(`link${index % links}`)!.click();
        await new Promise((resolve) => setTimeout(resolve, everyMs));
      }
    },
    { clicks: CLICKS, everyMs: CLICK_EVERY_MS, links: LINKS },
  );
  const mainThreadMs = (await readTaskMs()) - before;
  const longTasks = await readLongTasks(page);
  await untilDelivered(page);
  await context.close();
  site.close();
  const counted = readCounted(proxy);
  if (script && counted != CLICKS) throw new Error(`${CLICKS} clicks were counted as ${counted}`);
  return { requests, counted, mainThreadMs, longTasks };
}

/** Times `track()`. */
async function call(browser: Browser, script: string): Promise<Pick<Sdk, "callUs" | "spread">> {
  const site = await servePage(`<!doctype html><title>shop</title>${script}`);
  const page = await browser.newPage();
  await page.goto(site.url);
  await countLongTasks(page);
  // Few at a time first, while the code is as cold as on a page; ten thousand in a row are themselves a long task.
  const spreadUs = await timeCalls(page, CALLS_AT_A_TIME);
  const longTasks = await readLongTasks(page);
  const callUs = await timeCalls(page, CALLS);
  await untilDelivered(page);
  await page.close();
  site.close();
  return { callUs, spread: { calls: CALLS, callUs: spreadUs, longTasks } };
}

/** Microseconds of a call, so many of them in each task. */
function timeCalls(page: Page, atATime: number): Promise<number> {
  return page.evaluate(
    async ({ calls, atATime, links }) => {
      const { track } = self as unknown as { track: (labels: string) => void };
      let ms = 0;
      for (let called = 0; called < calls;) {
        const start = performance.now();
        for (const end = called + atATime; called < end; called++) track(`call:calls:dom${called % links}`);
        ms += performance.now() - start;
        await new Promise((resolve) => setTimeout(resolve));
      }
      return (ms * 1000) / calls;
    },
    { calls: CALLS, atATime, links: LINKS },
  );
}

/** Leaves pages by links whose clicks count. */
async function leaveByLink(
  browser: Browser,
  proxy: FaultyProxy,
  script: string,
): Promise<{ requests: number; again: number; counted: number }> {
  proxy.answers.length = 0;
  const site = await servePage(`<!doctype html><title>shop</title>${script}<a id="next" href="?next">next</a><script>
    document.getElementById("next").addEventListener("click", () => track("leave:links:next"));</script>`);
  const page = await browser.newPage();
  await page.goto(site.url);
  site.delayMs = PAGE_MS;
  for (let left = 0; left < LEAVES; left++) {
    await page.waitForTimeout(STAY_MS);
    await leave(page, () => page.click("#next"));
  }
  await untilDelivered(page);
  await page.close();
  site.close();
  const counted = readCounted(proxy);
  if (counted != LEAVES) throw new Error(`${LEAVES} clicks were counted as ${counted}`);
  return { requests: proxy.answers.length, again: proxy.answers.filter(({ duplicate }) => duplicate).length, counted };
}

function readCounted({ answers }: FaultyProxy): number {
  return answers.reduce((sum, { accepted, duplicate }) => sum + (duplicate ? 0 : accepted), 0);
}

async function untilDelivered(page: Page): Promise<void> {
  await page.evaluate(() => (self as unknown as { tracker?: { flush(): Promise<void> } }).tracker?.flush());
  await page.waitForFunction(() => !Object.keys(localStorage).some((key) => /^@tracker\/sdk \d/.test(key)), undefined, {
    timeout: 60_000,
  });
}

async function countLongTasks(page: Page): Promise<void> {
  await page.evaluate(() => {
    const counter = self as unknown as { longTasks: number };
    counter.longTasks = 0;
    new PerformanceObserver((list) => (counter.longTasks += list.getEntries().length)).observe({ type: "longtask" });
  });
}

function readLongTasks(page: Page): Promise<number> {
  return page.evaluate(() => (self as unknown as { longTasks: number }).longTasks);
}

function weighAll(folder: string): Size[] {
  // The gate's own figures: it bundles what is imported.
  const printed = execFileSync(join(ROOT, "node_modules/.bin/size-limit"), ["--json"], { cwd: ROOT, encoding: "utf8" });
  const sizes = new Map(
    (JSON.parse(printed) as { name: string; size: number }[]).map(({ name, size }) => [name, size]),
  );
  return [
    {
      name: "Tracker, imported",
      source: "`init`, `track`, `flush` of @tracker/sdk",
      brotli: sizes.get("ESM core")!,
      does: "yes",
    },
    { name: "Tracker, script tag", source: "tracker.js", brotli: sizes.get("tracker.js")!, does: "yes" },
    ...PEERS.map((peer) => ({ ...peer, brotli: brotliCompressSync(readPublished(folder, peer.source)).length })),
  ];
}

/** Reads a file of a published package: `name@version file`. */
function readPublished(folder: string, source: string): Uint8Array {
  const [spec, file] = source.split(" ") as [string, string];
  const packed = execFileSync("npm", ["pack", "--silent", "--pack-destination", folder, spec], { encoding: "utf8" });
  const archive = join(folder, packed.trim());
  return execFileSync("tar", ["-xzOf", archive, `package/${file}`], { maxBuffer: 2 ** 26 });
}
