import type { HeatmapOptions } from "@tracker/sdk/heatmap";
import { BATCH_MAX_COUNT, makeBatchId } from "@tracker/sdk/protocol";
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

export type Action = [label: string, category: string, domId: string, count: number];

/** Counts actions at a tracker, in as many batches as a page would need. A site is named with the token. */
export async function countActions(
  trackerUrl: string,
  actions: readonly Action[],
  { at = Date.now(), site, token }: { at?: number; site?: string; token?: string } = {},
): Promise<void> {
  for (const pings of splitActions(actions)) {
    const answer = await fetch(`${trackerUrl}/track/`, {
      method: "POST",
      headers: token ? { authorization: `Bearer ${token}` } : {},
      body: JSON.stringify({ v: 1, id: makeBatchId(), at, pings, ...(site && { site }) }),
    });
    const { rejected } = (await answer.json()) as { rejected?: unknown[] };
    if (!answer.ok || rejected?.length) throw new Error(`not all was counted: ${JSON.stringify(rejected)}`);
  }
}

/** Batches whose counts together are no more than those of a page may be. */
function splitActions(actions: readonly Action[]): Action[][] {
  const batches: Action[][] = [];
  let room = 0;
  for (const [label, category, domId, count] of actions) {
    for (let left = count; left > 0;) {
      if (room === 0) {
        batches.push([]);
        room = BATCH_MAX_COUNT;
      }
      const part = Math.min(left, room);
      batches.at(-1)!.push([label, category, domId, part]);
      left -= part;
      room -= part;
    }
  }
  return batches;
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
