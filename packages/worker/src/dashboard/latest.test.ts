import { evictDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { readerRequest, request, requestWith } from "../../test/batches.ts";
import type { DayCounterCalls } from "../counting/contract.ts";

const SETTINGS = { SITES: "shop.example", LABELS: "buy" };
const today = (): string => new Date().toISOString().slice(0, 10);

/** A ping of a page, as its browser sends it. */
async function ping(labels: string, host = "shop.example"): Promise<void> {
  const headers = { origin: `https://${host}`, "user-agent": "a visitor's browser", "cf-connecting-ip": "127.0.0.1" };
  await (await requestWith(SETTINGS, `/track/?labels=${labels}`, { headers })).text();
}

async function read(path: string): Promise<string> {
  return (await (await readerRequest(path)).text()).replaceAll(/<[^>]*>/g, " ").replaceAll(/\s+/g, " ");
}

describe.each(["/dashboard/latest", "/dashboard/health"])("%s", (path) => {
  it("says that nothing was counted yet", async () => {
    expect(await read(path)).toContain("No ping was counted in the last three days");
  });

  it("says when the tag was seen on which site, and what was counted", async () => {
    await ping("buy:buttons:cta");
    const text = await read(path);
    expect(text).toMatch(/Tag seen on shop\.example: the latest ping was counted (\d+ seconds? ago|in 0 seconds)/);
    expect(text).toContain("buy buttons · #cta · shop.example");
  });

  it("says what was refused, why, and what mends it", async () => {
    await ping("buy", "www.shop.example");
    await ping("buy|sell");
    const text = await read(path);
    expect(text).toContain(`"www.shop.example" is not one of SITES`.replaceAll('"', "&quot;"));
    expect(text).toContain("add its host to SITES and deploy. site_unknown · www.shop.example");
    expect(text).toMatch(/1 of the request&#39;s pings; ping 1: label is not one of LABELS\. Add the label to LABELS/);
    expect(text).not.toContain("a visitor's browser");
    expect(text).not.toContain("127.0.0.1");
  });
});

describe("what is counted last", () => {
  it("outlives the object's eviction; what is refused does not, and the page says so", async () => {
    await ping("buy");
    await ping("buy", "evil.example");
    expect(await read("/dashboard/latest")).toContain("evil.example");
    await evictDurableObject(env.DAY_COUNTER.getByName(`${today()}/0`));
    const text = await read("/dashboard/latest");
    expect(text).toContain("Tag seen on shop.example");
    expect(text).not.toContain("evil.example");
    expect(text).toContain("refusals are kept in its memory alone");
  });

  it("is twenty at the most, the latest first", async () => {
    const labels = Array.from({ length: 30 }, (_, index) => `l${String(index).padStart(2, "0")}`);
    for (const label of labels) await request(`/track/?labels=${label}`);
    const text = await read("/dashboard/latest");
    expect(text.match(/\bl\d\d\b/g)).toEqual(labels.toReversed().slice(0, 20));
  });
});

describe("a flood of refusals", () => {
  it("costs ten calls, then one in five seconds, and shows the latest twenty", async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 3_600_000 });
    let calls = 0;
    const last: string[] = [];
    const getByName = () => ({
      noteRefused: (pings: Parameters<DayCounterCalls["noteRefused"]>[0]) => {
        calls++;
        last.splice(0, last.length, ...pings.map(({ sender }) => sender));
        return Promise.resolve();
      },
    });
    const settings = { SITES: "shop.example", DAY_COUNTER: { getByName } as never };
    const flood = async (count: number): Promise<void> => {
      for (let index = 0; index < count; index++) {
        await requestWith(settings, "/track/?labels=a", { headers: { origin: `https://e${index}.example` } });
      }
    };
    vi.spyOn(Math, "random").mockReturnValue(0.5);
    await flood(100);
    expect(calls).toBe(10);
    vi.setSystemTime(Date.now() + 5_000);
    await flood(50);
    expect(calls).toBe(11);
    expect(last).toHaveLength(20);
    vi.restoreAllMocks();
    vi.useRealTimers();
  });
});
