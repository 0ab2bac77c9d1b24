import { Miniflare } from "miniflare";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { configureWorker, migrate } from "./support/worker-config.ts";
import { bundleWorker } from "./support/worker.ts";

/** A Worker of another project, which counts by its service binding. */
const SHOP = `
  export default {
    async fetch(request, env) {
      const { searchParams } = new URL(request.url);
      try {
        return Response.json(await env.TRACKER.incrLabels(searchParams.get("labels"), searchParams.get("site") ?? undefined));
      } catch (error) {
        return new Response(error.message, { status: 500 });
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
            compatibilityDate: "2026-10-20",
            manifest: {
              mainModule: "shop.js",
              modulesRoot: "/",
              modules: { "shop.js": { type: "esm", contents: SHOP } },
            },
            env: { TRACKER: { type: "worker", worker: "tracker", exportName: "TrackerService" } },
          },
        },
        configureWorker(await bundleWorker(), { ADMIN_TOKEN: "token", SITES: "shop.example *.news.example" }),
      ],
    });
    await migrate(miniflare);
  });
  afterAll(() => miniflare.dispose());

  const shop = (query: Record<string, string>) =>
    miniflare.dispatchFetch(`http://shop.example/?${String(new URLSearchParams(query))}`);

  async function readLabels(site: string): Promise<unknown> {
    const tracker = await miniflare.getWorker("tracker");
    const response = await tracker.fetch(`http://tracker.example/api/statistics?site=${site}&group=label`, {
      headers: { authorization: "Bearer token" },
    });
    const { rows } = (await response.json()) as { rows: { label: string; counter: number }[] };
    return Object.fromEntries(rows.map(({ label, counter }) => [label, counter]));
  }

  it("counts for another Worker, and returns what was wrong", async () => {
    await shop({ labels: "order:shop|order", site: "shop.example" });
    const response = await shop({ labels: "order:shop:cart|a:b:c:d", site: "shop.example" });
    expect(await response.json()).toEqual({
      accepted: 1,
      rejected: [{ index: 1, code: "too_many_parts", message: "4 parts; label:category:domId has 3" }],
    });
    await shop({ labels: "read", site: "blog.news.example" });
    expect(await readLabels("shop.example")).toEqual({ order: 3 });
    expect(await readLabels("news.example")).toEqual({ read: 1 });
  });

  it("throws for a site that is not served", async () => {
    const response = await shop({ labels: "order", site: "other.example" });
    expect(response.status).toBe(500);
    expect(await response.text()).toBe('site: "other.example" is not one of SITES');
  });
});
