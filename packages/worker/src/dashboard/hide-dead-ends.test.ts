import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { giveToken, sessionOf } from "../../test/access.ts";
import { requestWith } from "../../test/batches.ts";
import { ACCESS } from "../http/guards/route-access.ts";
import type { AccessToken } from "../model/access-token.ts";

const SITES = "a.example b.example";
const PAGES = Object.keys(ACCESS).filter(
  // What a script asks is no page.
  (route) => /^GET \/dashboard(?!\/opened)/.test(route) && ACCESS[route]!.who === "viewer",
);

let cookie: string;

async function open(path: string): Promise<{ status: number; html: string }> {
  const response = await requestWith({ SITES }, path, { headers: { cookie } });
  return { status: response.status, html: await response.text() };
}

async function comeAs(caller: Partial<AccessToken> | undefined): Promise<void> {
  cookie = await sessionOf(caller && (await giveToken(caller)).id);
}

/** Where the links and forms of a page lead, as `GET /path?query`. */
async function listTargets(html: string, page: string): Promise<string[]> {
  const targets: string[] = [];
  const add = (method: string, target: string | null) => {
    const url = new URL((target ?? "").replaceAll("&amp;", "&"), `https://tracker.example${page}`);
    if (url.host === "tracker.example") targets.push(`${method} ${url.pathname}${url.search}`);
  };
  const rewriter = new HTMLRewriter()
    .on("a[href]", { element: (link) => add("GET", link.getAttribute("href")) })
    .on("form", {
      element: (form) => add((form.getAttribute("method") ?? "get").toUpperCase(), form.getAttribute("action") ?? page),
    });
  await rewriter.transform(new Response(html)).text();
  return [...new Set(targets)];
}

beforeEach(async () => {
  const days = [0, 1, 40].map((days) => new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10));
  for (const day of days) {
    await env.DB.prepare(
      "INSERT INTO statistic VALUES ('a.example', ?1, 'x', 'c', 'i', 7), ('b.example', ?1, 'y', '', '', 5)",
    )
      .bind(day)
      .run();
  }
});

describe("the pages", () => {
  it.each<[string, Partial<AccessToken>]>([
    ["a viewer", { role: "viewer" }],
    ["a viewer of one site", { role: "viewer", site: "a.example" }],
  ])("show %s no link and no form that would be refused", async (_, caller) => {
    await comeAs(caller);
    const refused: string[] = [];
    let links = 0;
    for (const route of PAGES) {
      if (caller.site && ACCESS[route]!.allSites) continue;
      const path = `${route.slice("GET ".length)}${route === "GET /dashboard" ? "/" : ""}?${route.endsWith("/page") ? "page=/a" : "label=x"}`;
      const { status, html } = await open(path);
      expect([path, status]).toEqual([path, 200]);
      for (const target of await listTargets(html, path)) {
        const [method = "", to = ""] = target.split(" ");
        links++;
        if (method === "GET" && (await open(to)).status >= 400) refused.push(`${path}: ${target}`);
        const access = ACCESS[`${method} ${to.split("?")[0]!.replace(/(.)\/$/, "$1")}`];
        if (method === "POST" && access?.who === "admin") refused.push(`${path}: ${target}`);
      }
    }
    expect(refused).toEqual([]);
    expect(links).toBeGreaterThan(15);
  });

  it("show an admin all of them, and a viewer what the buttons stand beside", async () => {
    await comeAs(undefined);
    const page = "/dashboard/label?label=x";
    expect((await open(page)).html).toContain("Delete this label");
    expect((await open("/dashboard/health")).html).toContain("Flush now");
    await comeAs({ role: "viewer" });
    const { html } = await open(page);
    expect(html).not.toMatch(/Delete this label|Settings/);
    expect(html).toMatch(/<h1>x<\/h1>/);
    expect((await open("/dashboard/health")).html).not.toContain("Flush now");
  });
});
