import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { requestWith } from "../../test/batches.ts";
import { noteOpening } from "../d1/heatmap-openings.ts";
import type { Env } from "../env.ts";
import { signToken } from "../http/guards/signed-token.ts";

const SITES = "shop.example *.blog.example";

async function ask(
  settings: Partial<Env>,
  url: string,
  headers: Record<string, string> = {},
  fields: Record<string, string> = {},
): Promise<Response> {
  const session = await signToken(env, "session", { site: "" }, Date.now() + 60_000);
  return requestWith(settings, "/dashboard/heatmap", {
    method: "POST",
    body: new URLSearchParams({ url, ...fields }),
    headers: { cookie: `__Host-tracker_session=${session}`, origin: "https://tracker.example", ...headers },
  });
}

/** Where the token goes, or why it does not. */
async function open(url: string, settings: Partial<Env> = { SITES }): Promise<string> {
  const response = await ask(settings, url);
  return response.headers.get("refresh")?.replace(/^0; url=(.*)#tracker-heatmap=.*$/, "$1") ?? `${response.status}`;
}

/** Each URL redirects to the next. */
function redirect(...urls: string[]): void {
  vi.spyOn(globalThis, "fetch").mockImplementation(async (url) => {
    const next = urls[urls.indexOf(new Request(url).url) + 1];
    return next === undefined
      ? new Response("a page")
      : new Response(null, { status: 302, headers: { location: next } });
  });
}

afterEach(() => void vi.restoreAllMocks());

describe("the page whose heat map is opened", () => {
  it.each([
    ["shop.example/pricing", "https://shop.example/pricing"],
    [" shop.example ", "https://shop.example/"],
    ["shop.example:8443/a?b=c", "https://shop.example:8443/a?b=c"],
    ["http://de.blog.example/", "http://de.blog.example/"],
    ["javascript:alert(1)", "400"],
    ["data:text/html,x", "400"],
    ["a page", "400"],
    ["", "400"],
    ["https://evil.example/", "400"],
    ["https://shop.example@evil.example/", "400"],
    ["https://*.blog.example/", "400"],
  ])("is named as people name it, and is one of SITES: %s", async (address, url) => {
    redirect();
    expect(await open(address)).toBe(url);
  });

  it("is the Worker's own where SITES is empty, or one of this machine in development", async () => {
    redirect();
    expect(await open("https://anywhere.example/", { SITES: "" })).toBe("400");
    expect(await open("https://tracker.example/demo/", { SITES: "" })).toBe("https://tracker.example/demo/");
    for (const [address, url] of [
      ["localhost:5173/cart", "http://localhost:5173/cart"],
      ["127.0.0.1:5173", "http://127.0.0.1:5173/"],
    ] as const) {
      expect(await open(address, { SITES: "", DEVELOPMENT: "true" })).toBe(url);
      expect(await open(address, { SITES: "", DEVELOPMENT: "false" })).toBe("400");
    }
  });

  it("does not hand the token on by a redirect, however many there are before", async () => {
    redirect("https://shop.example/out?to=evil", "https://evil.example/");
    expect(await open("shop.example/out?to=evil")).toBe("400");
    redirect("https://shop.example/a", "https://shop.example/b", "https://evil.example/");
    expect(await open("shop.example/a")).toBe("400");
    const hops = Array.from({ length: 20 }, (_, hop) => `https://shop.example/${hop}`);
    redirect(...hops, "https://evil.example/");
    expect(await open("shop.example/0")).toBe("400");
    redirect("https://shop.example/a", "https://shop.example/b");
    expect(await open("shop.example/a")).toBe("https://shop.example/a");
  });

  it("is opened all the same where it does not answer the Worker", async () => {
    vi.spyOn(globalThis, "fetch").mockRejectedValue(new TypeError("no route"));
    expect(await open("shop.example/")).toBe("https://shop.example/");
  });

  it("is opened by the dashboard alone: not by a link, another page, or an address that is typed", async () => {
    const link = await requestWith({ SITES }, "/dashboard/heatmap?url=https://shop.example/", {
      headers: { authorization: `Bearer ${env.ADMIN_TOKEN}`, "sec-fetch-site": "none" },
    });
    expect(link.status).toBe(405);
    for (const headers of [
      { origin: "https://evil.example" },
      { origin: "null" },
      { origin: "", "sec-fetch-site": "none" },
      { origin: "", "sec-fetch-site": "same-site" },
    ]) {
      const response = await ask({ SITES }, "https://shop.example/", headers);
      expect([response.status, response.headers.get("refresh")]).toEqual([403, null]);
    }
  });
});

describe("Do not count this browser", () => {
  it("opens the page with that, and without a right to read", async () => {
    const response = await ask({ SITES }, "shop.example/a", {}, { ignore: "true" });
    expect(response.headers.get("refresh")).toBe("0; url=https://shop.example/a#tracker-ignore");
    expect(await response.text()).not.toContain("tracker-heatmap");
  });
});

describe("the dashboard's tab", () => {
  const opening = "8dd1b8f4-6ac2-4ab7-b0a4-ae57d5ab2c48";
  const isOpen = async (id: string): Promise<unknown> =>
    (await requestWith({}, `/dashboard/opened?id=${id}`, bearer)).json();
  const bearer = { headers: { authorization: `Bearer ${env.ADMIN_TOKEN}` } };

  it("learns when the page's heat map has asked for its counts, and not before", async () => {
    redirect();
    const response = await ask({ SITES }, "shop.example/a", {}, { opening });
    const [, token] = /#tracker-heatmap=(.*)$/.exec(response.headers.get("refresh")!)!;
    expect(await isOpen(opening)).toEqual({ opened: false });
    const counts = await requestWith({ SITES }, "/get_stats/", {
      method: "POST",
      headers: { authorization: `Bearer ${token}` },
      body: `{"dom_ids":["a"]}`,
    });
    expect(counts.status).toBe(200);
    expect(await isOpen(opening)).toEqual({ opened: true });
    expect(await isOpen("00000000-0000-4000-8000-000000000000")).toEqual({ opened: false });
  });

  it("names what it waits for by a UUID", async () => {
    expect((await ask({ SITES }, "shop.example/a", {}, { opening: "x" })).status).toBe(400);
    expect((await requestWith({}, "/dashboard/opened?id=x", bearer)).status).toBe(400);
    expect((await requestWith({}, "/dashboard/opened", bearer)).status).toBe(400);
  });

  it("forgets what opened an hour ago", async () => {
    await noteOpening(env.DB, opening, Date.now() - 3_600_001);
    await noteOpening(env.DB, "00000000-0000-4000-8000-000000000000", Date.now());
    expect(await isOpen(opening)).toEqual({ opened: false });
  });
});
