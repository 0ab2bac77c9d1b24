import { addDays, encodeBatch } from "@tracker/sdk/protocol";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { batchOf, readerRequest, request } from "../../test/batches.ts";
import { insertStatistics } from "../../test/statistics.ts";

const today = new Date().toISOString().slice(0, 10);

/** The page's counts on a day, as a flush writes them. */
async function insertPage(site: string, day: string, page: string, counter: number): Promise<void> {
  await insertStatistics([[site, day, `click ${page}`, "", "", counter]]);
  await env.DB.prepare("INSERT INTO page_statistic VALUES (?, ?, ?, 'click', '', '', ?)")
    .bind(site, day, page, counter)
    .run();
}

async function readList(query = ""): Promise<{ rows: string[]; urls: string[]; html: string }> {
  const html = await (await readerRequest(`/dashboard/heatmaps${query}`)).text();
  const [, body = ""] = /<tbody>(.*)<\/tbody>/s.exec(html) ?? [];
  return {
    rows: body
      .split("</tr>")
      .map((row) =>
        row
          .replaceAll(/<details.*?<\/details>/gs, "")
          .replaceAll(/<[^>]*>/g, " ")
          .replaceAll(/\s+/g, " ")
          .trim(),
      )
      .filter(Boolean),
    urls: [...body.matchAll(/name="url" value="([^"]*)"/g)].map(([, url]) => url!),
    html,
  };
}

describe("the pages that have counts", () => {
  it("are listed with those of the last days first, counts included that are not in the database yet", async () => {
    await insertPage("", addDays(today, -1), "/much", 500);
    await insertPage("", addDays(today, -1), "/more", 900);
    await insertPage("", addDays(today, -29), "/old", 7_000);
    await insertPage("", addDays(today, -30), "/older", 9_000);
    await insertPage("", addDays(today, -9), "/now", 2);
    const body = encodeBatch(batchOf("click::now", { page: "/now" }));
    expect((await request("/track/", { method: "POST", body })).status).toBe(200);
    const { rows, urls } = await readList();
    expect(rows).toEqual([
      "/now today 3 Open",
      "/more yesterday 900 Open",
      "/much yesterday 500 Open",
      `/old ${addDays(today, -29)} 7,000 Open`,
    ]);
    expect(urls).toEqual(["/now", "/more", "/much", "/old"].map((page) => `tracker.example${page}`));
  });

  it("are one site's, where one is asked for, and name their site", async () => {
    await insertPage("shop.example", today, "/cart", 3);
    await insertPage("blog.example", today, "/cart", 5);
    expect((await readList()).rows).toEqual(["blog.example/cart today 5 Open", "shop.example/cart today 3 Open"]);
    const { rows, urls } = await readList("?site=shop.example");
    expect(rows).toEqual(["shop.example/cart today 3 Open"]);
    expect(urls).toEqual(["shop.example/cart"]);
  });

  it("may be patterns, of which one page is to be chosen", async () => {
    await insertPage("shop.example", today, "/product/*", 3);
    const { rows, urls, html } = await readList();
    expect(rows).toEqual(["shop.example/product/* today 3 Choose…"]);
    expect(urls).toEqual([]);
    const [, href] = /href="([^"]*)" aria-label="Choose/.exec(html)!;
    expect((await readList(href!.replace(/^[^?]*/, ""))).html).toContain('value="shop.example/product/"');
  });

  it("are not needed: an address can be typed, or comes from the bookmark", async () => {
    const { rows, html } = await readList(`?url=${encodeURIComponent("https://shop.example/a?b")}`);
    expect(rows).toEqual([]);
    expect(html).toContain("data-pages");
    expect(html).toContain('value="https://shop.example/a?b"');
    expect(html).toContain("Do not count this browser");
    expect(html).toContain("https://tracker.example/dashboard/heatmaps?url=");
  });
});
