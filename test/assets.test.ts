import { Miniflare } from "miniflare";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { configureWorker } from "./support/worker-config.ts";
import { bundleWorker } from "./support/worker.ts";

describe("tracker.js", () => {
  let miniflare: Miniflare;
  beforeAll(async () => {
    miniflare = new Miniflare({
      cf: false,
      workers: [configureWorker(await bundleWorker(), { BASE_PATH: "/t" }, true)],
    });
  });
  afterAll(() => miniflare.dispose());

  // Under a base path it is the Worker that serves it, at the price of a request.
  test.each(["/tracker.js", "/t/tracker.js"])("is kept by browsers for an hour at %s", async (path) => {
    const response = await miniflare.dispatchFetch(`http://tracker.example${path}`);
    expect(response.status).toBe(200);
    expect(await response.text()).toContain("/track/");
    expect(response.headers.get("cache-control")).toBe("public, max-age=3600");
    expect(response.headers.get("access-control-allow-origin")).toBe("*");
  });
});
