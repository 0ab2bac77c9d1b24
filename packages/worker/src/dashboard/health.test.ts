import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { countBatch } from "../counting/count-batch.ts";
import type { Env } from "../env.ts";
import { batchOf, readerRequest, requestWith } from "../../test/batches.ts";

const READER = { authorization: `Bearer ${env.ADMIN_TOKEN}` };

async function textOf(response: Response): Promise<string> {
  return (await response.text()).replaceAll(/<[^>]*>/g, " ").replaceAll(/\s+/g, " ");
}

/** The settings of a Worker whose objects do not answer. */
function silentObjects(): Partial<Env> {
  const getByName = () => new Proxy({}, { get: () => () => Promise.reject(new Error("lost")) });
  return { DAY_COUNTER: { getByName } } as unknown as Partial<Env>;
}

describe("Flush now", () => {
  const flush = (settings = {}) => requestWith(settings, "/dashboard/flush", { method: "POST", headers: READER });

  it("says what it moved", async () => {
    await countBatch(env, "", batchOf("a|b:c"));
    const response = await flush();
    expect(response.status).toBe(200);
    expect(await textOf(response)).toContain("Flushed: 2 rows changed in D1.");
  });

  it("says what it could not move", async () => {
    await countBatch(env, "", batchOf("a"));
    const response = await flush(silentObjects());
    expect(response.status).toBe(503);
    const text = await textOf(response);
    expect(text).toMatch(/Not flushed: \d{4}-\d\d-\d\d\/0\. These counts are kept where they are/);
    expect(text).toContain("no answer");
    expect(text).toContain("Refused pings could not be read");
  });
});

describe("refused pings", () => {
  it("are shown with what they mean, also those of hosts that are not in SITES", async () => {
    vi.spyOn(Math, "random").mockReturnValue(0.0099);
    const settings = { SITES: "shop.example" };
    const refused = await requestWith(settings, "/track/?labels=a", {
      headers: { origin: "https://www.shop.example" },
    });
    expect(refused.status).toBe(403);
    vi.restoreAllMocks();
    const text = await textOf(await readerRequest("/dashboard/health"));
    expect(text).toMatch(
      /Refused today estimated from one in a hundred .* pages of hosts that SITES does not list site_unknown ≈ 100/,
    );
    const list = await textOf(await readerRequest("/dashboard/statistics?label=(refused)"));
    expect(list).toMatch(/≈ 100 refused pings from/);
    expect(list).toMatch(/site_unknown – ≈ 100/);
  });
});
