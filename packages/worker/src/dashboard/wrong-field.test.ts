import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { readerRequest, requestWith } from "../../test/batches.ts";

/** The field of a page that says what is wrong, and its text. */
function readPage(html: string): { field: string | undefined; problem: string | undefined; hidden: string[] } {
  return {
    field: /<input [^>]*name="(\w+)"[^>]*aria-invalid="true" aria-describedby="problem"/.exec(html)?.[1],
    problem: /<span id="problem"[^>]*>([^<]*)/.exec(html)?.[1]?.replaceAll("&quot;", '"'),
    hidden: [...html.matchAll(/type="hidden" name="(\w+)"/g)].map(([, name]) => name!),
  };
}

describe("a wrong parameter", () => {
  it.each([
    ["statistics?from=yesterday&search=a", "from", '"yesterday" is not a day such as 2026-11-23', ["search"]],
    ["statistics?from=2026-02-02&to=2026-02-01", "from", "2026-02-02 is after 2026-02-01", ["to"]],
    ["label?label=a&to=0", "to", '"0" is not a day such as 2026-11-23', ["label"]],
    ["?site=evil.example", "site", '"evil.example" is not one of SITES', []],
    ["delete", "label", "name a label, or both from and to", []],
  ])("is shown beside its field, the others are kept: %s", async (path, field, problem, hidden) => {
    const headers = { authorization: `Bearer ${env.ADMIN_TOKEN}`, "sec-fetch-site": "same-origin" };
    const response = await requestWith({ SITES: "shop.example" }, `/dashboard/${path}`, { headers });
    expect(response.status).toBe(400);
    const page = await response.text();
    expect(readPage(page.replaceAll("&#39;", "'"))).toEqual({ field, problem, hidden });
  });

  it("is shown beside its field where a form was posted, which is posted again", async () => {
    const response = await readerRequest("/dashboard/heatmap", {
      method: "POST",
      body: new URLSearchParams({ url: "a b" }),
      headers: { authorization: `Bearer ${env.ADMIN_TOKEN}` },
    });
    expect(response.status).toBe(400);
    const page = await response.text();
    expect(readPage(page.replaceAll("&#39;", "'"))).toEqual({
      field: "url",
      problem: "not a page's address such as shop.example/pricing",
      hidden: [],
    });
    expect(page).toMatch(/<form class="actions" method="post">.*<input type="text" name="url" value="a b"/);
  });

  it.each(["cursor=x", "group=browser", "sort=up", "order=up"])(
    "that no field has is named, and left out by a link: %s",
    async (query) => {
      const response = await readerRequest(`/dashboard/statistics?label=a&${query}`);
      expect(response.status).toBe(400);
      const page = await response.text();
      expect(page).toMatch(new RegExp(`<code>${query.split("=")[0]}</code>: `));
      expect(page).toContain('href="?label=a"');
    },
  );
});
