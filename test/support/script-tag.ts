import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "vitest";
import { launchBrowser } from "./browser.ts";
import { startFaultyProxy } from "./faulty-proxy.ts";
import { servePage } from "./page.ts";
import { bundleWorker, startWorker } from "./worker.ts";

export const TOKEN = "the-token-of-these-tests";

/** What the script tag defines. */
export interface Tagged {
  track(pings: string): void;
  tracker: {
    flush(): Promise<void>;
    optIn(): Promise<void>;
    optOut(): Promise<void>;
    autotrack(options: { selector: string; label: (link: HTMLAnchorElement) => string | false }): void;
  };
}

/** A test of a page with the script tag: the Worker stands behind a proxy that sees what it is sent, and may lose it. */
export const it = test
  .extend("browser", { scope: "file" }, async ({}, { onCleanup }) => {
    const browser = await launchBrowser();
    onCleanup(() => browser.close());
    return browser;
  })
  .extend("worker", { scope: "file" }, async ({}, { onCleanup }) => {
    const folder = mkdtempSync(join(tmpdir(), "tracker-"));
    const worker = startWorker(await bundleWorker(), folder, { ADMIN_TOKEN: TOKEN });
    onCleanup(() => worker.kill());
    return worker;
  })
  .extend("proxy", async ({ worker }, { onCleanup }) => {
    const proxy = await startFaultyProxy(await worker.url);
    onCleanup(() => proxy.close());
    return proxy;
  })
  .extend("context", async ({ browser }, { onCleanup }) => {
    const context = await browser.newContext();
    onCleanup(() => context.close());
    return context;
  })
  // What the page writes to its console, and its errors.
  .extend("complaints", (): string[] => [])
  .extend("page", async ({ context, complaints }) => {
    const page = await context.newPage();
    page.on("console", (message) => complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(error.message));
    return page;
  })
  .extend("serve", ({ onTestFinished }) => async (html: string, headers: Record<string, string> = {}) => {
    const site = await servePage(html, headers);
    onTestFinished(() => site.close());
    return site;
  })
  // Opens a page with the script tag and the given body.
  .extend("open", ({ page, proxy, serve }) => async (body: string, { tag = "", head = "", csp = "" } = {}) => {
    const shop = await serve(
      `<!doctype html><title>shop</title>${head}<script src="${proxy.url}/tracker.js" ${tag}></script>${body}`,
      csp ? { "content-security-policy": csp } : {},
    );
    await page.goto(shop.url);
    return shop;
  })
  // All that the Worker was sent, once the page has nothing more to send: `label:category:domId` and the count.
  .extend("readSent", ({ page, proxy }) => async (): Promise<Record<string, number>> => {
    await page.evaluate(() => (window as unknown as Tagged).tracker.flush());
    const sent: Record<string, number> = {};
    // Another tab may have sent the same again.
    const batches = new Map(proxy.batches.map((batch) => [batch.id, batch])).values();
    for (const [label, category, domId, count] of [...batches].flatMap(({ pings }) => pings)) {
      const key = `${label}:${category}:${domId}`;
      sent[key] = (sent[key] ?? 0) + count;
    }
    return sent;
  });
