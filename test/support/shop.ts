import { addDays } from "@tracker/sdk/protocol";
import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import type { BrowserContextOptions, Page } from "playwright-core";
import { launchBrowser } from "./browser.ts";
import type { Site } from "./pages.ts";
import { startTracker, type Tracker } from "./tracker.ts";

/** What was counted on a day: so many days ago, an action, how often, and of it on a page. */
export type DayRow = [daysAgo: number, label: string, category: string, domId: string, count: number, page?: string];

export type Shop = Awaited<ReturnType<typeof startShop>>;

/** A shop, the tracker that counts it, and a browser. Of past days the tracker has these counts. */
export async function startShop(rows: readonly DayRow[]) {
  const tracker = await startTracker();
  const site = await serveShop(tracker.url);
  const browser = await launchBrowser();
  await importDays(tracker, rows);
  return {
    tracker,
    url: site.url,
    /** A page in a context of its own, which is to be closed. */
    newPage: async (options: BrowserContextOptions = { viewport: { width: 1000, height: 800 }, locale: "en-US" }) =>
      (await browser.newContext(options)).newPage(),
    async close() {
      await browser.close();
      await site.close();
      await tracker.stop();
    },
  };
}

/** A shop of several pages with the same parts, each of them with the tracker's tag. */
async function serveShop(trackerUrl: string): Promise<Site> {
  const html = (
    path: string,
  ) => `<!doctype html><html lang="en"><title>Shop</title><meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">
    <script src="${trackerUrl}/tracker.js" data-pages="true" async></script>
    <style>body{margin:40px;font:16px/1.5 sans-serif}nav{display:flex;gap:40px;margin:30px 0}#menu{display:none}</style>
    <h1>${path}</h1>
    <nav><a id="home" href="/">Home</a><a id="pricing" href="/pricing">Pricing</a></nav>
    <p><button id="cta" data-track="order:shop">  Order   now </button></p>
    <p><button id="icon" data-track="share:shop" aria-label="Share it"></button></p>
    <p><a id="pic" href="#pic" data-track="zoom:shop"><img alt="A lamp" src="data:image/gif;base64,R0lGODlhAQABAAAAACw=" width="40" height="40"></a></p>
    <p><button data-track="help:shop">Help</button> <button id="quiet" data-track="quiet:shop">Nobody wants this</button></p>
    <p id="menu"><button id="hidden" data-track="hidden:shop">In a menu</button></p>
    <form><button id="send">Send</button></form>`;
  const server = createServer((request, response) => {
    response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(html(request.url!));
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

/** Counts on past days, by an import. */
async function importDays({ url, token }: Tracker, rows: readonly DayRow[]): Promise<void> {
  const today = new Date().toISOString().slice(0, 10);
  const lines = rows.flatMap(([ago, label, category, domId, count, page]) => {
    const line = [addDays(today, -ago), label, category, domId, count].join();
    return page === undefined ? [`${line},`] : [`${line},${page}`];
  });
  const answer = await fetch(`${url}/api/import?replace=true`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}` },
    body: `day,label,category,dom_id,counter,page\n${lines.join("\n")}\n`,
  });
  const text = await answer.text();
  if (!answer.ok || /"code"/.test(text)) throw new Error(text);
}

/** The panel of the heat map on a page. */
export function panelOf(page: Page) {
  const panel = page.getByRole("complementary", { name: "Heat map" });
  return {
    panel,
    choose: (name: string) => panel.getByRole("radio", { name, exact: true }).check({ force: true }),
    /** A line a row, as people read it: name, id, count, note. */
    rows: async () => {
      const lines = await panel
        .getByRole("list", { name: /^Elements/ })
        .getByRole("listitem")
        .allInnerTexts();
      return lines.map((line) => line.replace(/\n+/g, " "));
    },
    total: async () => (await panel.getByRole("status").first().innerText()).replace(/\n+/g, " "),
    badges: () =>
      page.evaluate(() => {
        const { shadowRoot } = document.querySelector("tracker-heatmap")!;
        return [...shadowRoot!.querySelectorAll("b")]
          .filter((node) => node.checkVisibility())
          .map((node) => node.textContent);
      }),
  };
}
