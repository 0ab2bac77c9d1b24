import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** A web site of one page. */
export interface Site {
  url: string;
  /** How long it takes to answer. */
  delayMs: number;
  /** What it waits for then. */
  isReady: () => boolean;
  /** How often it was asked for the page. */
  requests: number;
  close(): void;
}

/** Serves one HTML page on an origin of its own, as a web site does. */
export async function servePage(html: string, headers: Record<string, string> = {}): Promise<Site> {
  const server = createServer(async ({ url }, response) => {
    if (url != "/favicon.ico") site.requests++;
    await sleep(site.delayMs);
    while (!site.isReady()) await sleep(10);
    response.writeHead(200, { "content-type": "text/html", ...headers }).end(html);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const site: Site = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    delayMs: 0,
    isReady: () => true,
    requests: 0,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
  return site;
}
