import { encodeBatch } from "@tracker/sdk/protocol";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { batchOf, logIn, readerRequest, readStatistic, request, requestWith } from "../../../test/batches.ts";
import { isTooFast } from "./rate-limit.ts";

const FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";
const HEADLESS = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 HeadlessChrome/140.0.0.0 Safari/537.36";

/** A request as Cloudflare hands it over: with the visitor's address. */
function visit(headers: Record<string, string> = {}): { headers: Record<string, string> } {
  return { headers: { "cf-connecting-ip": "203.0.113.7", "user-agent": FIREFOX, ...headers } };
}

async function read(response: Response): Promise<[status: number, code: string | undefined]> {
  const text = await response.text();
  return [response.status, text.startsWith("{") ? (JSON.parse(text) as ErrorBody).error?.code : undefined];
}

interface ErrorBody {
  error?: { code: string };
}

/** What D1 has, without the day. */
async function flushAndRead(): Promise<Record<string, number>> {
  await readerRequest("/report/");
  return Object.fromEntries(Object.entries(await readStatistic()).map(([key, count]) => [key.slice(11), count]));
}

beforeEach(() => void vi.spyOn(Math, "random").mockReturnValue(0.5));
afterEach(() => void vi.restoreAllMocks());

describe("bots", () => {
  it("are refused by their user agent, and visitors are not", async () => {
    for (const agent of ["curl/8.1", "Mozilla/5.0 (compatible; Googlebot/2.1)", HEADLESS]) {
      expect(await read(await request("/track/?labels=bot", visit({ "user-agent": agent })))).toEqual([403, "bot"]);
    }
    expect((await request("/track/?labels=visitor", visit())).status).toBe(200);
    expect(await flushAndRead()).toEqual({ "visitor::": 1 });
  });

  it("are refused when the page says that a program drives it", async () => {
    const body = encodeBatch(batchOf("a", { webdriver: true }));
    expect(await read(await request("/track/", { method: "POST", body, ...visit() }))).toEqual([403, "bot"]);
  });

  it("count with COUNT_BOTS, with the token, and on one's own machine", async () => {
    const curl = visit({ "user-agent": "curl/8.1" });
    const withToken = visit({ "user-agent": "curl/8.1", authorization: `Bearer ${env.ADMIN_TOKEN}` });
    const local = visit({ "user-agent": "curl/8.1", "cf-connecting-ip": "127.0.0.1" });
    expect((await requestWith({ COUNT_BOTS: "true" }, "/track/?labels=a", curl)).status).toBe(200);
    expect((await request("/track/?labels=a", withToken)).status).toBe(200);
    expect((await request("/track/?labels=a", local)).status).toBe(200);
  });
});

describe("what is refused", () => {
  it("is counted by reason: one in a hundred, for a hundred", async () => {
    const bot = visit({ "user-agent": "curl/8.1" });
    const prefetch = visit({ "sec-purpose": "prefetch;prerender" });
    await requestWith({}, "/track/?labels=a", bot);
    expect(await flushAndRead()).toEqual({});
    vi.mocked(Math.random).mockReturnValue(0.0099);
    await requestWith({}, "/track/?labels=a", bot);
    await requestWith({}, "/track/?labels=a", prefetch);
    await requestWith({ LABELS: "a" }, "/track/?labels=a|b|c", visit());
    expect(await flushAndRead()).toEqual({
      "(refused):bot:": 100,
      "(refused):prefetch:": 100,
      "(refused):label_not_listed:": 200,
      "a::": 1,
    });
  });

  it("cannot be made up, nor can (other)", async () => {
    const body = encodeBatch(batchOf("(refused):bot|(other)|a"));
    const response = await request("/track/", { method: "POST", body });
    expect(await response.json()).toMatchObject({
      accepted: 1,
      rejected: [
        { index: 0, code: "label_reserved" },
        { index: 1, code: "label_reserved" },
      ],
    });
  });
});

describe("LABELS", () => {
  it("are the only ones that count; the others are named", async () => {
    const response = await requestWith({ LABELS: "visit|cta-*" }, "/track/?labels=visit|evil|cta-1:x:y|");
    expect(await response.text()).toBe("ok\nping 1: label is not one of LABELS (label_not_listed)\n");
    expect(await flushAndRead()).toEqual({ "visit::": 1, "cta-1:x:y": 1 });
  });
});

describe("the counts of a batch", () => {
  it("are bounded for a page, and not for a server", async () => {
    const pings = Array.from({ length: 11 }, (_, index) => [`label ${index}`, "", "", 10_000]);
    const send = (init: RequestInit): Promise<Response> => {
      const { id, at } = batchOf("");
      return request("/track/", { method: "POST", body: JSON.stringify({ v: 1, id, at, pings }), ...init });
    };
    expect(await (await send(visit())).json()).toMatchObject({
      accepted: 100_000,
      rejected: [{ index: 10, code: "bad_count" }],
    });
    const token = visit({ authorization: `Bearer ${env.ADMIN_TOKEN}` });
    expect(await (await send(token)).json()).toMatchObject({ accepted: 110_000, rejected: [] });
  });
});

describe("the rate limit", () => {
  /** A limiter that lets each key through so many times. */
  function limiterOf(times: number): RateLimit & { keys: string[] } {
    const keys: string[] = [];
    const limit = async ({ key }: RateLimitOptions): Promise<RateLimitOutcome> => {
      keys.push(key);
      return { success: keys.filter((one) => one === key).length <= times };
    };
    return { limit, keys };
  }

  it("is for one address and one site, and says when to come back", async () => {
    const settings = { SITES: "shop.example blog.example", RATE_LIMIT: limiterOf(2) };
    const send = (origin: string, address: string): Promise<Response> =>
      requestWith(settings, "/track/?labels=a", visit({ origin, "cf-connecting-ip": address }));
    const shop = "https://shop.example";
    expect((await send(shop, "203.0.113.7")).status).toBe(200);
    expect((await send(shop, "203.0.113.7")).status).toBe(200);
    const third = await send(shop, "203.0.113.7");
    expect(third.headers.get("retry-after")).toBe("60");
    expect(third.headers.get("access-control-allow-origin")).toBe("*");
    expect(await read(third)).toEqual([429, "rate_limited"]);
    expect((await send(shop, "203.0.113.8")).status).toBe(200);
    expect((await send("https://blog.example", "203.0.113.7")).status).toBe(200);
  });

  it("is the binding that wrangler.toml asks for", async () => {
    const outcomes: number[] = [];
    for (let attempt = 0; attempt < 12; attempt++) {
      outcomes.push((await logIn("wrong", {}, visit())).status);
    }
    expect(outcomes.filter((status) => status == 401).length).toBeGreaterThanOrEqual(10);
    expect(outcomes.at(-1)).toBe(429);
    expect((await logIn(env.ADMIN_TOKEN!, {}, visit())).status).toBe(429);
    expect((await request("/login/", visit())).status).toBe(200);
  });

  it("is not told addresses, and takes an IPv6 network for one", async () => {
    const limiter = limiterOf(9);
    const ask = (address: string): Promise<boolean> => isTooFast(env, limiter, address, "ping");
    await ask("203.0.113.7");
    expect(limiter.keys[0]).toMatch(/^[\w+/]{43}=$/);
    await ask("2001:db8:1:2:aaaa::1");
    await ask("2001:db8:1:2::2");
    await ask("2001:db8:1:3::2");
    await ask("2001:db8::2");
    await ask("2001:db8:0:0:1:2:3:4");
    const [, first, same, other, short, long] = limiter.keys;
    expect(same).toBe(first);
    expect(other).not.toBe(first);
    expect(long).toBe(short);
  });

  it("does not stop pings when it fails, nor who sends the token", async () => {
    const broken = { RATE_LIMIT: { limit: () => Promise.reject(new Error("down")) } };
    expect((await requestWith(broken, "/track/?labels=a", visit())).status).toBe(200);
    const closed = { RATE_LIMIT: limiterOf(0) };
    expect((await requestWith(closed, "/track/?labels=a", visit())).status).toBe(429);
    const token = visit({ authorization: `Bearer ${env.ADMIN_TOKEN}` });
    expect((await requestWith(closed, "/track/?labels=a", token)).status).toBe(200);
  });
});
