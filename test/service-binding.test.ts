import { Miniflare } from "miniflare";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { COMPATIBILITY_DATE, configureWorker, migrate } from "./support/worker-config.ts";
import { bundleWorker } from "./support/worker.ts";

const TOKEN = "the-token-of-these-tests";

/** A Worker of another project, which counts by its service binding. */
const SHOP = `
  export default {
    async fetch(request, env) {
      try {
        return Response.json(await env.TRACKER.incrLabels(...await request.json()));
      } catch (error) {
        return new Response(error.name + " " + error.message, { status: 500 });
      }
    },
  };`;

describe("TrackerService", () => {
  let miniflare: Miniflare;

  beforeAll(async () => {
    miniflare = new Miniflare({
      cf: false,
      workers: [
        {
          config: {
            name: "shop",
            compatibilityDate: COMPATIBILITY_DATE,
            manifest: {
              mainModule: "shop.js",
              modulesRoot: "/",
              modules: { "shop.js": { type: "esm", contents: SHOP } },
            },
            env: { TRACKER: { type: "worker", worker: "tracker", exportName: "TrackerService" } },
          },
        },
        configureWorker(await bundleWorker(), {
          ADMIN_TOKEN: TOKEN,
          SITES: "shop.example *.news.example",
        }),
      ],
    });
    await migrate(miniflare);
  });
  afterAll(() => miniflare.dispose());

  const shop = async (labels: unknown, options?: object): Promise<unknown> => {
    const body = JSON.stringify(options ? [labels, options] : [labels]);
    const response = await miniflare.dispatchFetch("http://shop.example/", { method: "POST", body });
    return response.ok ? response.json() : response.text();
  };

  async function readLabels(site: string): Promise<unknown> {
    const tracker = await miniflare.getWorker("tracker");
    const response = await tracker.fetch(`http://tracker.example/api/statistics?site=${site}&group=label`, {
      headers: { authorization: `Bearer ${TOKEN}` },
    });
    const { rows } = (await response.json()) as { rows: { label: string; counter: number }[] };
    return Object.fromEntries(rows.map(({ label, counter }) => [label, counter]));
  }

  it("counts for another Worker, and returns what was wrong", async () => {
    await shop("order:shop|order", { site: "shop.example" });
    expect(await shop("order:shop:cart|a:b:c:d", { site: "shop.example" })).toEqual({
      accepted: 1,
      duplicate: false,
      rejected: [{ index: 1, code: "too_many_parts", message: "4 parts; label:category:domId has 3" }],
    });
    await shop("read", { site: "blog.news.example" });
    expect(await readLabels("shop.example")).toEqual({ order: 3 });
    expect(await readLabels("news.example")).toEqual({ read: 1 });
  });

  it("counts a call with a key once, however often and however late it is tried", async () => {
    const site = "keys.news.example";
    const at = Date.now() - 30 * 3_600_000;
    const tries = await Promise.all(Array.from({ length: 8 }, () => shop("paid", { site, key: "order 1", at })));
    expect(tries.filter((answer) => (answer as { duplicate: boolean }).duplicate)).toHaveLength(7);
    expect(await shop("paid", { site, key: "order 1", at })).toEqual({ accepted: 1, duplicate: true, rejected: [] });
    expect(await shop("paid", { site, key: "order 2", at })).toMatchObject({ duplicate: false });
    expect(await shop("paid", { site: "shop.example", key: "order 1", at })).toMatchObject({ duplicate: false });
    await shop("paid", { site });
    await shop("paid", { site });
    expect(await readLabels("news.example")).toMatchObject({ paid: 4 });
  });

  it.each([
    [
      "a site that is not served",
      ["order", { site: "other.example" }],
      'TypeError site: "other.example" is not one of SITES',
    ],
    ["no site", ["order"], 'TypeError site: "undefined" is not one of SITES'],
    ["labels that are no text", [null, { site: "shop.example" }], "TypeError labels: not text"],
    [
      "too many pings",
      ["a|".repeat(1001), { site: "shop.example" }],
      "TypeError labels: 1001 pings; a call holds at most 1000",
    ],
    [
      "a key without a time",
      ["order", { site: "shop.example", key: "1" }],
      "TypeError at: missing; every try with the same key needs the same at",
    ],
    [
      "an empty key",
      ["order", { site: "shop.example", key: "", at: 1 }],
      "TypeError key: not text of 1 to 500 characters",
    ],
    [
      "a time that is no number",
      ["order", { site: "shop.example", at: "today" }],
      "TypeError at: not whole ms since epoch",
    ],
    [
      "a time too long ago",
      ["order", { site: "shop.example", at: 1 }],
      "RangeError at: more than 48 hours ago; not counted (too_old)",
    ],
    [
      "a time ahead",
      ["order", { site: "shop.example", at: 4e12 }],
      "RangeError at: more than 5 minutes ahead; not counted (clock_ahead)",
    ],
  ] as [string, [unknown, object?], string][])("throws for %s", async (_, [labels, options], message) => {
    expect(await shop(labels, options)).toBe(message);
  });
});
