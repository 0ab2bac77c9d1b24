import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { launchBrowser } from "../test/support/browser.ts";
import { startFaultyProxy, type Fault, type FaultyProxy } from "../test/support/faulty-proxy.ts";
import { servePage } from "../test/support/page.ts";
import { leave } from "../test/support/visitor.ts";
import { bundleWorker, startWorker } from "../test/support/worker.ts";
import { short, table, whole, type Bench } from "./lib/report.ts";

const CLICKS = 1_000;
const LINKS = 20;
const CLICK_EVERY_MS = 10;
/** Of `track()` in a row, and of it a few at a time. */
const CALLS = 10_000;
const CALLS_AT_A_TIME = 10;
const LEAVES = 40;
/** How long a page takes to come, and a visitor to click: both shorter than most. */
const PAGE_MS = 100;
const STAY_MS = 200;

interface Clicks {
  requests: number;
  /** Actions in the answers that were no duplicates. */
  counted: number;
  /** Time of the main thread. */
  mainThreadMs: number;
  longTasks: number;
}

interface Sdk {
  callUs: number;
  spread: { calls: number; callUs: number; longTasks: number };
  clicks: { name: string; clicks: Clicks }[];
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
        clicks,
        ...(await call(browser, tag)),
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

  render({ callUs, spread, clicks, leaves }) {
    return `${whole(CLICKS)} clicks on ${LINKS} links in Chromium, one each ${CLICK_EVERY_MS} ms, before a real Worker. On the bad network every other request fails: answers
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

A page that is left may be gone before its last batch is answered; then the next page sends that batch again, and the Worker
does not count it again. ${LEAVES} pages that came in ${PAGE_MS} ms and were left after ${STAY_MS} ms by a link, each at the moment of a counted click:

${table(
  ["", "batches sent", "of these again", "counted"],
  leaves.map(({ name, requests, again, counted }) => [name, requests, again, counted]),
)}`;
  },
};

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
