import { encodeBatch } from "@tracker/sdk/protocol";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { batchOf, readerRequest, readStatistic, request, requestWith } from "../../../test/batches.ts";

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

/** A limiter that lets each key through so many times. */
function limiterOf(times: number): RateLimit & { keys: string[] } {
  const keys: string[] = [];
  const limit = async ({ key }: RateLimitOptions): Promise<RateLimitOutcome> => {
    keys.push(key);
    return { success: keys.filter((one) => one === key).length <= times };
  };
  return { limit, keys };
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

describe("what a page embeds", () => {
  const ask = async (path: string, dest: string, site = "cross-site") =>
    read(await request(`${path}?labels=a`, visit({ "sec-fetch-dest": dest, "sec-fetch-site": site })));

  it("counts as an image where an image is asked for, and by scripts and by hand", async () => {
    expect(await ask("/track.gif", "image")).toEqual([200, undefined]);
    expect(await ask("/track/", "empty")).toEqual([200, undefined]);
    expect(await ask("/track/", "document", "none")).toEqual([200, undefined]);
  });

  it.each([
    ["/track/", "image"],
    ["/track/", "iframe"],
    ["/track.gif", "iframe"],
    ["/track/", "document"],
    ["/track.gif", "style"],
  ])("is no action otherwise: %s as %s", async (path, dest) => {
    expect(await ask(path, dest)).toEqual([403, "embedded"]);
  });

  it("holds ten pings, where the token holds a thousand", async () => {
    const labels = Array.from({ length: 11 }, (_, index) => `l${index}`).join("|");
    expect(await read(await request(`/track/?labels=${labels}`, visit()))).toEqual([400, "too_many_pings"]);
    const token = visit({ authorization: `Bearer ${env.ADMIN_TOKEN}` });
    expect(await read(await request(`/track/?labels=${labels}`, token))).toEqual([200, undefined]);
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

  it("need not list (seen), which pages count under", async () => {
    const body = encodeBatch(batchOf("(seen):shop:cta"));
    const response = await requestWith({ LABELS: "visit" }, "/track/", { method: "POST", body });
    expect(await response.json()).toMatchObject({ accepted: 1, rejected: [] });
    expect(await flushAndRead()).toEqual({ "(seen):shop:cta": 1 });
  });
});

describe("the counts of a batch", () => {
  it("are bounded for a page, and not for a server", async () => {
    const pings = Array.from({ length: 11 }, (_, index) => [`label ${index}`, "", "", 100]);
    const send = (init: RequestInit): Promise<Response> => {
      const { id, at } = batchOf("");
      return request("/track/", { method: "POST", body: JSON.stringify({ v: 1, id, at, pings }), ...init });
    };
    expect(await (await send(visit())).json()).toMatchObject({
      accepted: 1_000,
      rejected: [{ index: 10, code: "bad_count" }],
    });
    const token = visit({ authorization: `Bearer ${env.ADMIN_TOKEN}` });
    expect(await (await send(token)).json()).toMatchObject({ accepted: 1_100, rejected: [] });
  });
});

describe("the rate limit", () => {
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

  it("is not told addresses, and takes an IPv6 network for one", async () => {
    const limiter = limiterOf(9);
    const ask = (address: string) =>
      requestWith({ RATE_LIMIT: limiter }, "/track/?labels=a", visit({ "cf-connecting-ip": address }));
    await ask("203.0.113.7");
    expect(limiter.keys[0]).toMatch(/^[\w+/]{43}=$/);
    for (const address of ["2001:db8:1:200:aaaa::1", "2001:DB8:1:2ff::2", "2001:db8:1:300::2"]) await ask(address);
    for (const address of ["2001:db8::2", "2001:db8:0:0:1:2:3:4", "::1:2"]) await ask(address);
    const [, first, same, other, short, long, last] = limiter.keys;
    expect(same).toBe(first);
    expect(new Set([first, other, short, last]).size).toBe(4);
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

describe("guessing the token", () => {
  const wrong = { authorization: "Bearer wrong" };
  const right = { authorization: `Bearer ${env.ADMIN_TOKEN}` };
  const forged = { authorization: "Bearer eyJhbGciOiJIUzI1NiJ9.eyJhdWQiOiJoZWF0bWFwIn0.c2lnbmF0dXJl" };

  it.each<[path: string, init: (address: string, isRight: boolean) => RequestInit]>([
    ["/track/?labels=a", (address, isRight) => visit({ "cf-connecting-ip": address, ...(isRight ? right : wrong) })],
    ["/report/", (address, isRight) => visit({ "cf-connecting-ip": address, ...(isRight ? right : wrong) })],
    ["/api/statistics", (address, isRight) => visit({ "cf-connecting-ip": address, ...(isRight ? right : wrong) })],
    ["/dashboard/", (address, isRight) => visit({ "cf-connecting-ip": address, ...(isRight ? right : wrong) })],
    [
      "/get_stats/?dom_ids=a",
      (address, isRight) => visit({ "cf-connecting-ip": address, ...(isRight ? right : forged) }),
    ],
    [
      "/login/",
      (address, isRight) => ({
        method: "POST",
        body: new URLSearchParams({ token: isRight ? env.ADMIN_TOKEN! : "wrong" }),
        ...visit({ "cf-connecting-ip": address }),
      }),
    ],
  ])("ends after ten wrong ones at %s, also where the next would be right", async (path, init) => {
    // A network for each path, since the limit is one for all of them.
    const network = `2001:db8:${path.length}`;
    const LOGIN_LIMIT = limiterOf(10);
    const request = (path: string, init: RequestInit) => requestWith({ LOGIN_LIMIT }, path, init);
    const statuses: number[] = [];
    for (let time = 0; time < 12; time++)
      statuses.push((await request(path, init(`${network}:${time}::1`, false))).status);
    expect(statuses).toEqual([...Array<number>(10).fill(401), 429, 429]);
    expect((await request(path, init(`${network}:abcd::1`, true))).status).toBe(429);
    expect((await request(path, init("203.0.113.99", true))).status).toBeLessThan(400);
    // It is a minute's, and takes nothing from who sends no token.
    expect((await request("/track/?labels=a", visit({ "cf-connecting-ip": `${network}::1` }))).status).toBe(200);
    vi.setSystemTime(Date.now() + 61_000);
    expect((await request(path, init(`${network}:abcd::1`, true))).status).toBeLessThan(400);
    vi.useRealTimers();
  });

  it("does not count right tokens", async () => {
    const LOGIN_LIMIT = limiterOf(0);
    const init = visit({ "cf-connecting-ip": "203.0.113.98", ...right });
    expect((await requestWith({ LOGIN_LIMIT }, "/track/?labels=a", init)).status).toBe(200);
    expect(LOGIN_LIMIT.keys).toEqual([]);
  });

  it("ends by the limiter that wrangler.toml asks for", async () => {
    const init = visit({ "cf-connecting-ip": "203.0.113.97", ...wrong });
    const statuses: number[] = [];
    // Its minute may end meanwhile, so that there are more than ten.
    while (!statuses.includes(429) && statuses.length < 60) statuses.push((await request("/report/", init)).status);
    expect(statuses.at(-1)).toBe(429);
    expect(statuses.length).toBeGreaterThan(10);
  });
});

describe("a request without a visitor's address", () => {
  const curl = { headers: { "user-agent": "curl/8.1" } };
  const local = visit({ "user-agent": "curl/8.1", "cf-connecting-ip": "127.0.0.1" });

  it("is limited, and a bot if it is one, unless DEVELOPMENT says that it is the developer's", async () => {
    const RATE_LIMIT: RateLimit = { limit: async () => ({ success: false }) };
    const agent = { headers: { "user-agent": FIREFOX } };
    for (const init of [curl, local]) {
      expect(await read(await requestWith({ DEVELOPMENT: "false" }, "/track/?labels=a", init))).toEqual([403, "bot"]);
      expect((await requestWith({ DEVELOPMENT: "true" }, "/track/?labels=a", init)).status).toBe(200);
    }
    const ask = async (settings: object) =>
      (await requestWith({ RATE_LIMIT, ...settings }, "/track/?labels=a", agent)).status;
    expect([
      await ask({ DEVELOPMENT: "false" }),
      await ask({ DEVELOPMENT: "" }),
      await ask({ DEVELOPMENT: "true" }),
    ]).toEqual([429, 429, 200]);
    const reads = await requestWith({ RATE_LIMIT, DEVELOPMENT: "false" }, "/get_stats/?dom_ids=a", agent);
    expect(reads.status).toBe(429);
  });

  it("has an address in development too, where the visitor has one", async () => {
    const bot = visit({ "user-agent": "curl/8.1" });
    expect(await read(await requestWith({ DEVELOPMENT: "true" }, "/track/?labels=a", bot))).toEqual([403, "bot"]);
  });
});
