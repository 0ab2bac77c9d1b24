import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { request } from "../test/batches.ts";

describe("every answer", () => {
  it("allows any page to read it: OPTIONS, errors and unknown paths too", async () => {
    const preflight = await request("/get_stats/", {
      method: "OPTIONS",
      headers: { origin: "https://shop.example", "access-control-request-method": "GET" },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get("access-control-allow-methods")).toBe("GET,POST,DELETE");
    for (const response of [preflight, await request("/nothing"), await request("/report/")]) {
      expect(response.headers.get("access-control-allow-origin")).toBe("*");
    }
    expect((await request("/nothing")).status).toBe(404);
  });

  it("is a clear error while a setting makes no sense", async () => {
    const { default: worker } = await import("./index.ts");
    const response = await worker.fetch(new Request("https://tracker.example/track/?labels=a"), {
      ...env,
      SHARDS: "many",
    });
    expect(await response.json()).toMatchObject({
      error: { code: "bad_setting", message: expect.stringMatching("SHARDS") },
    });
  });
});
