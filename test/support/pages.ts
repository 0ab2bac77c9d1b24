import type { HeatmapOptions } from "@tracker/sdk/heatmap";
import { makeBatchId } from "@tracker/sdk/protocol";
import { createReadStream } from "node:fs";
import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import type { Page } from "playwright-core";

const PAGES = join(import.meta.dirname, "../pages");
const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css",
  ".js": "text/javascript",
  ".svg": "image/svg+xml",
};

/** Some web site, on an origin of its own. */
export interface Site {
  url: string;
  close(): Promise<void>;
}

/** Serves test/pages with as strict a Content-Security-Policy as a page with a tracker can have. */
export async function servePages(trackerUrl: string): Promise<Site> {
  const policy =
    `default-src 'none'; script-src 'self' ${trackerUrl}; style-src 'self'; img-src 'self' data:; ` +
    `connect-src ${trackerUrl}; require-trusted-types-for 'script'; trusted-types 'none'`;
  const server = createServer((request, response) => {
    const name = new URL(request.url!, "http://site").pathname.replaceAll(/[^\w.-]/g, "");
    const file = createReadStream(join(PAGES, name));
    file.once("error", () => response.writeHead(404).end());
    file.once("open", () => {
      response.writeHead(200, { "content-type": TYPES[extname(name)] ?? "", "content-security-policy": policy });
      file.pipe(response);
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

/** Counts actions at a tracker, `[label, category, domId, count]` each. */
export async function countActions(
  trackerUrl: string,
  pings: [string, string, string, number][],
  at = Date.now(),
): Promise<void> {
  const answer = await fetch(`${trackerUrl}/track/`, {
    method: "POST",
    body: JSON.stringify({ v: 1, id: makeBatchId(), at, pings }),
  });
  const { rejected } = (await answer.json()) as { rejected?: unknown[] };
  if (!answer.ok || rejected?.length) throw new Error(`not all was counted: ${JSON.stringify(rejected)}`);
}

/** Shows the heat map on a page, with its counts, as `heatmap`. */
export async function showHeatmap(page: Page, options: Omit<HeatmapOptions, "root" | "onRemove">): Promise<void> {
  // As text: test runners rewrite `import()`.
  await page.evaluate(`(async () => {
    const { showHeatmap } = await import(${JSON.stringify(`${options.endpoint}/heatmap.js`)});
    window.heatmap = showHeatmap(${JSON.stringify(options)});
    await heatmap.refresh();
  })()`);
}
