import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";
import { build } from "esbuild";
import { launchBrowser } from "../test/support/browser.ts";
import { startFaultyProxy, type Fault } from "../test/support/faulty-proxy.ts";
import { servePage } from "../test/support/page.ts";
import { bundleWorker, startWorker } from "../test/support/worker.ts";
import { short, table, whole, type Bench } from "./lib/report.ts";

const SCRIPTS = join(import.meta.dirname, "../packages/sdk/dist/script");
const CLICKS = 1_000;
const LINKS = 20;
const CLICK_EVERY_MS = 20;
const CALLS = 20_000;

/** What others' clients weigh, bundled and minified alike: everything that their package's main entry exports. */
const PEERS = ["plausible-tracker@0.3.9", "@vercel/analytics@1.5.0", "mixpanel-browser@2.71.0"];

interface Clicks {
  requests: number;
  /** Actions in the answers that were no duplicates. */
  counted: number;
  /** Time of the main thread, without and with the tracker. */
  mainThreadMs: number;
}

interface Sdk {
  bytes: { name: string; minified: number; brotli: number }[];
  callUs: number;
  idle: Clicks;
  good: Clicks;
  bad: Clicks;
}

/** What the client costs a page. */
export const sdk: Bench<Sdk> = {
  title: "The client",

  async measure() {
    const browser = await launchBrowser();
    const folder = mkdtempSync(join(tmpdir(), "tracker-bench-"));
    const worker = startWorker(await bundleWorker(), folder, {});
    const proxy = await startFaultyProxy(await worker.url);
    try {
      const click = async (script: string, fault: () => Fault): Promise<Clicks & { callUs: number }> => {
        proxy.fault = fault;
        proxy.answers.length = 0;
        const links = Array.from({ length: LINKS }, (_, index) => `<a href="#" id="link${index}">${index}</a>`).join(
          "",
        );
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
        const taskMs = async (): Promise<number> => {
          const { metrics } = await devtools.send("Performance.getMetrics");
          return metrics.find(({ name }) => name == "TaskDuration")!.value * 1000;
        };
        const before = await taskMs();
        await page.evaluate(
          async ({ clicks, everyMs, links }) => {
            for (let index = 0; index < clicks; index++) {
              document.getElementById(`link${index % links}`)!.click();
              await new Promise((resolve) => setTimeout(resolve, everyMs));
            }
          },
          { clicks: CLICKS, everyMs: CLICK_EVERY_MS, links: LINKS },
        );
        const mainThreadMs = (await taskMs()) - before;
        await page.waitForFunction(
          () => !Object.keys(localStorage).some((key) => key.startsWith("tracker ")),
          undefined,
          {
            timeout: 120_000,
          },
        );
        const counted = proxy.answers.reduce((sum, { accepted, duplicate }) => sum + (duplicate ? 0 : accepted), 0);
        const callUs = await page.evaluate((calls) => {
          const { track } = self as unknown as { track?: (labels: string) => void };
          const start = performance.now();
          for (let index = 0; index < calls; index++) track?.(`call:calls:dom${index % 20}`);
          return ((performance.now() - start) * 1000) / calls;
        }, CALLS);
        await context.close();
        site.close();
        return { requests, counted, mainThreadMs, callUs };
      };
      const script = `<script src="${proxy.url}/tracker.js"></script>`;
      const idle = await click("", () => "none");
      const good = await click(script, () => "none");
      let batch = 0;
      const faults: Fault[] = ["none", "answer lost", "none", "503", "none", "request lost"];
      const bad = await click(script, () => faults[batch++ % faults.length]!);
      for (const { counted } of [good, bad]) {
        if (counted != CLICKS) throw new Error(`${CLICKS} clicks were counted as ${counted}`);
      }
      return { bytes: await weigh(), callUs: good.callUs, idle, good, bad };
    } finally {
      await browser.close();
      proxy.close();
      await worker.kill();
      rmSync(folder, { recursive: true });
    }
  },

  render({ bytes, callUs, idle, good, bad }) {
    return `Bytes of what a page loads; others' are their npm packages' main entry, bundled and minified alike, and load more from their
servers where that is how they work:

${table(
  ["", "minified", "brotli"],
  bytes.map(({ name, minified, brotli }) => [name, whole(minified), whole(brotli)]),
)}

${whole(CLICKS)} clicks on ${LINKS} links in Chromium, one each ${CLICK_EVERY_MS} ms, before a real Worker. On the bad network every other request fails: answers
get lost after they were counted, requests before, and some are refused with 503. Each click was counted once. Main thread
time is all of it, the clicks too.

${table(
  ["", "requests for 1,000 clicks", "counted", "main thread, ms"],
  [
    ["no tracker", idle.requests, 0, whole(idle.mainThreadMs)],
    ["tracker.js", good.requests, whole(good.counted), whole(good.mainThreadMs)],
    ["tracker.js, bad network", bad.requests, whole(bad.counted), whole(bad.mainThreadMs)],
  ],
)}

A call of \`track()\` took ${short(callUs)} µs (mean of ${whole(CALLS)}).`;
  },
};

async function weigh(): Promise<Sdk["bytes"]> {
  const bytes = ["tracker.js", "heatmap.js"].map((name) => weighCode(name, readFileSync(join(SCRIPTS, name))));
  const folder = join(tmpdir(), "tracker-bench-clients");
  for (const peer of PEERS) {
    const name = peer.slice(0, peer.lastIndexOf("@"));
    if (!existsSync(join(folder, "node_modules", name))) {
      const options = ["--no-audit", "--no-fund", "--no-save", "--ignore-scripts"];
      execFileSync("npm", ["install", "--prefix", folder, ...options, ...PEERS], { stdio: "ignore" });
    }
    const entry = join(folder, "entry.js");
    writeFileSync(entry, `import * as client from "${name}"; self.client = client;`);
    const { outputFiles } = await build({
      entryPoints: [entry],
      bundle: true,
      minify: true,
      write: false,
      format: "iife",
      define: { "process.env.NODE_ENV": '"production"' },
    });
    bytes.push(weighCode(peer, outputFiles[0]!.contents));
  }
  return bytes;
}

function weighCode(name: string, code: Uint8Array): Sdk["bytes"][number] {
  return { name, minified: code.length, brotli: brotliCompressSync(code).length };
}
