import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A web site of one page. */
export interface Site {
  url: string;
  /** How long it takes to answer. */
  delayMs: number;
  /** How often it was asked for the page. */
  requests: number;
  close(): void;
}

/** Serves one HTML page on an origin of its own, as a web site does. */
export async function servePage(html: string, headers: Record<string, string> = {}): Promise<Site> {
  const server = createServer(({ url }, response) => {
    if (url != "/favicon.ico") site.requests++;
    setTimeout(() => response.writeHead(200, { "content-type": "text/html", ...headers }).end(html), site.delayMs);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const site: Site = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    delayMs: 0,
    requests: 0,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
  return site;
}
