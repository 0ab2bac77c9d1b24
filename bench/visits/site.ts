import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** What a browser takes to hand an answer to its page, on a busy machine too. */
const ANSWER_TO_PAGE_MS = 50;
const SCRIPT = join(import.meta.dirname, "../../packages/worker/dist/assets/tracker.js");

/** What happens to a request on its way. */
export type Fault = "none" | "request lost" | "answer lost" | "503";

/** A request of a page, as the network between it and the Worker saw it. */
export interface Sent {
  visit: number;
  page: number;
  /** The page's clock when it was sent. */
  at: number;
  /** The DOM ids of the actions in it. */
  actions: string[];
  /** Whether the Worker has answered it with 200, also where that answer was lost. */
  isCounted: boolean;
  isDuplicate: boolean;
}

/** A web site, and the network between its pages and a Worker. */
export interface Site {
  /** The page's address; where the clock is sped up, `now` is what it shows at first. */
  pageUrl(view: { visit: number; page: number; now?: number }): string;
  sent: Sent[];
  fault: (sent: Sent) => Fault;
  /** Resolves when no request is under way. */
  whenQuiet(): Promise<void>;
  close(): void;
}

/**
 * Serves pages, and between them and the Worker a network that loses what `fault` says.
 *
 * Pages run ahead of the Worker's clock (`fast-clock.ts`), so the network tells each side the time that the other would have: it moves a
 * batch's `at` when it first sees it, the same for every retry, and `now` in the answer.
 *
 * @param token The Worker's ADMIN_TOKEN.
 */
export async function startSite(workerUrl: string, token: string): Promise<Site> {
  const startedAt = new Map<string, number>();
  const underWay = new Set<IncomingMessage>();
  const network = await serve(async (request, response) => {
    if (request.method != "POST") {
      const headers = { "content-type": "text/javascript", "cache-control": "max-age=3600" };
      return void response.writeHead(200, headers).end(readFileSync(SCRIPT));
    }
    underWay.add(request);
    try {
      await carry(request, response);
    } finally {
      underWay.delete(request);
    }
  });
  // A page is slower than a ping: it comes when the one before has the answer to what it sent.
  const pages = await serve(async (_, response) => {
    await site.whenQuiet();
    await sleep(ANSWER_TO_PAGE_MS);
    response.writeHead(200, { "content-type": "text/html", "referrer-policy": "unsafe-url" })
      .end(`<!doctype html><title>shop</title>
      <script src="${network.url}/tracker.js"></script><button>act</button><a>leave</a>`);
  });
  const site: Site = {
    pageUrl: (view) =>
      `${pages.url}/?${new URLSearchParams(Object.entries(view).map(([key, value]) => [key, String(value)]))}`,
    sent: [],
    fault: () => "none",
    async whenQuiet() {
      do await sleep(10);
      while (underWay.size > 0);
    },
    close() {
      network.close();
      pages.close();
    },
  };

  async function carry(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url!, network.url);
    const batch = JSON.parse(Buffer.concat(await request.toArray()).toString()) as Batch;
    // Where no clock is sped up, the page says no time, and whose it is stands in its address only.
    const view = searchParams.has("visit") ? searchParams : new URL(request.headers.referer!).searchParams;
    const pageAt = Number(view.get("now") ?? Date.now());
    const aheadMs = pageAt - Date.now();
    const sent: Sent = {
      visit: Number(view.get("visit")),
      page: Number(view.get("page")),
      at: pageAt,
      actions: batch.pings.map(([, , domId]) => domId),
      isCounted: false,
      isDuplicate: false,
    };
    site.sent.push(sent);
    const fault = site.fault(sent);
    if (fault == "request lost") return void request.socket.destroy();
    const cors = { "access-control-allow-origin": "*" };
    if (fault == "503") return void response.writeHead(503, cors).end("busy");
    const at = startedAt.get(batch.id) ?? Math.round(batch.at - aheadMs);
    startedAt.set(batch.id, at);
    const { origin = "" } = request.headers;
    // The token, because all visitors here are programs that share one address.
    const answer = await fetch(workerUrl + pathname, {
      method: "POST",
      headers: { origin, authorization: `Bearer ${token}`, "content-type": "text/plain" },
      body: JSON.stringify({ ...batch, at }),
    });
    const told = (await answer.json()) as { now?: number; duplicate?: boolean };
    sent.isCounted = answer.ok;
    sent.isDuplicate = told.duplicate === true;
    if (fault == "answer lost") return void request.socket.destroy();
    response
      .writeHead(answer.status, { ...cors, "content-type": "application/json" })
      .end(JSON.stringify({ ...told, ...(told.now && { now: Math.round(told.now + aheadMs) }) }));
  }

  return site;
}

interface Batch {
  id: string;
  at: number;
  pings: [label: string, category: string, domId: string, count: number][];
}

async function serve(
  handle: (...parameters: Parameters<RequestListener>) => Promise<void>,
): Promise<{ url: string; close(): void }> {
  const server = createServer((request, response) => {
    handle(request, response).catch(() => request.socket.destroy());
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
