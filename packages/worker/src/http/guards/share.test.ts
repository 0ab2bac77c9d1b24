import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { bearer, giveToken, sessionOf } from "../../../test/access.ts";
import { requestWith } from "../../../test/batches.ts";
import { deleteAccessToken, listAccessTokens } from "../../d1/access-tokens.ts";
import { signToken } from "./signed-token.ts";

const SITES = "a.example b.example";
const OWN = { origin: "https://tracker.example" };

function ask(path: string, init: RequestInit = {}): Promise<Response> {
  return requestWith({ SITES }, path, init);
}

/** Makes a link as the page's script does. */
async function share(fields: Record<string, string>, path = "/dashboard/share"): Promise<URL> {
  const headers = { cookie: await sessionOf(), ...OWN, accept: "application/json" };
  const response = await ask(path, { method: "POST", headers, body: new URLSearchParams(fields) });
  expect(response.status).toBe(200);
  return new URL((await response.json<{ url: string }>()).url);
}

/** Takes a link's token to `/share/`, as the script there does; returns where it leads, and the cookie. */
async function redeem(link: URL): Promise<{ status: number; to: string | null; cookie: string }> {
  const body = new URLSearchParams({ token: link.hash.slice(1) });
  const response = await ask("/share/", { method: "POST", body });
  const cookie = response.headers.get("set-cookie")?.split(";")[0] ?? "";
  return { status: response.status, to: response.headers.get("location"), cookie };
}

async function statusOf(path: string, cookie: string, init: RequestInit = {}): Promise<number> {
  const response = await ask(path, { ...init, headers: { cookie, ...OWN } });
  return response.headers.get("location") === "/share/" ? 303.5 : response.status;
}

/** Led to where links are redeemed. */
const SENT_AWAY = 303.5;

beforeEach(async () => {
  const day = new Date().toISOString().slice(0, 10);
  await env.DB.prepare(
    "INSERT INTO statistic VALUES ('a.example', ?1, 'mine', 'c', 'x', 7), ('b.example', ?1, 'theirs', '', 'x', 5)",
  )
    .bind(day)
    .run();
});
afterEach(() => void vi.restoreAllMocks());

describe("a share link", () => {
  const view = { view: "label?label=mine&site=a.example", name: "mine" };

  it("has its token in the fragment alone, and opens its view, in whatever order its parameters come", async () => {
    const link = await share({ ...view, hours: "168" });
    expect(link.pathname + link.search).toMatch(/^\/dashboard\/label\?label=mine&site=a\.example&share=[\w-]{12}$/);
    expect(link.hash).toMatch(/^#trk_[\w-]{43}$/);
    const path = link.pathname + link.search;
    expect(await statusOf(path, "")).toBe(SENT_AWAY);
    const { status, to, cookie } = await redeem(link);
    expect([status, to]).toEqual([303, path]);
    expect(cookie).toMatch(/^__Host-tracker_share_/);
    expect(await statusOf(path, cookie)).toBe(200);
    const id = link.searchParams.get("share")!;
    expect(await statusOf(`/dashboard/label?share=${id}&site=a.example&label=mine`, cookie)).toBe(200);
  });

  it("opens nothing else: no other parameter, page, session or answer of the API", async () => {
    const link = await share({ ...view, hours: "1" });
    const { cookie } = await redeem(link);
    const id = link.searchParams.get("share")!;
    for (const other of [
      `label?label=theirs&site=a.example&share=${id}`,
      `label?label=mine&site=b.example&share=${id}`,
      `label?label=mine&share=${id}`,
      `label?label=mine&site=a.example&with=theirs&share=${id}`,
      `label?label=mine&site=a.example&label=theirs&share=${id}`,
      `label?label=mine&site=a.example&share=${id}&share=x`.replace("&share=x", "&from=2020-01-01"),
      `?site=a.example&share=${id}`,
      `labels?share=${id}`,
    ]) {
      expect([other, await statusOf(`/dashboard/${other}`, cookie)]).toEqual([other, SENT_AWAY]);
    }
    for (const path of [
      "/dashboard/",
      "/dashboard/label?label=mine&site=a.example",
      `/dashboard/statistics?share=${id}`,
      `/dashboard/access?share=${id}`,
    ]) {
      const response = await ask(path, { headers: { cookie } });
      expect(response.headers.get("location")).toMatch(/^\/login\//);
    }
    for (const path of ["/api/statistics", `/api/export?share=${id}`, "/get_stats/?dom_ids=x", "/api/tokens"]) {
      expect(await statusOf(path, cookie)).toBe(401);
      expect((await ask(path, { headers: bearer(link.hash.slice(1)) })).status).toBe(403);
    }
    const renamed = cookie.replace(/^__Host-tracker_share_[^=]*/, "__Host-tracker_session");
    expect(await statusOf("/api/statistics", renamed)).toBe(401);
  });

  it("shows the view without a way to anywhere, also to its owner", async () => {
    const link = await share({ ...view, hours: "1" });
    const { cookie } = await redeem(link);
    const response = await ask(link.pathname + link.search, { headers: { cookie: `${await sessionOf()}; ${cookie}` } });
    const html = await response.text();
    expect(html).toContain("A shared view, which ends in 1 hour");
    expect(html).toContain("mine");
    // The chart is drawn from its table.
    expect(html).toMatch(/<details[^>]*>\s*<summary>As a table/);
    expect(html).not.toMatch(/<form|<button|<nav|<a [^>]*href="(?!#)/);
  });

  it("ends when it is revoked, with the next request, and when its time is over", async () => {
    const [revoked, ended] = [await share({ ...view, hours: "1" }), await share({ view: "", hours: "1" })];
    const [{ cookie: one }, { cookie: other }] = [await redeem(revoked), await redeem(ended)];
    await deleteAccessToken(env.DB, revoked.searchParams.get("share")!);
    expect(await statusOf(revoked.pathname + revoked.search, one)).toBe(SENT_AWAY);
    expect((await redeem(revoked)).status).toBe(401);
    expect(await statusOf(ended.pathname + ended.search, other)).toBe(200);
    vi.setSystemTime(Date.now() + 3_600_001);
    expect(await statusOf(ended.pathname + ended.search, other)).toBe(SENT_AWAY);
    const over = await ask("/share/", { method: "POST", body: new URLSearchParams({ token: ended.hash.slice(1) }) });
    expect([over.status, await over.text()]).toEqual([401, expect.stringContaining("This link has ended")]);
    vi.useRealTimers();
  });

  it("cannot be opened with another link's cookie, a session's or a forged one", async () => {
    const [mine, other] = [await share({ ...view, hours: "1" }), await share({ view: "", hours: "1" })];
    const id = mine.searchParams.get("share")!;
    const { cookie } = await redeem(other);
    const value = cookie.slice(cookie.indexOf("=") + 1);
    const name = `__Host-tracker_share_${id}`;
    const [head, , signature] = value.split(".");
    const claims = btoa(JSON.stringify({ site: "", sub: id, aud: "share", exp: 4e9 })).replace(/=+$/, "");
    const session = await signToken(env, "session", { tokenId: id }, Date.now() + 60_000);
    for (const forged of [value, `${head}.${claims}.${signature}`, session, mine.hash.slice(1)]) {
      expect(await statusOf(mine.pathname + mine.search, `${name}=${forged}`)).toBe(SENT_AWAY);
    }
  });

  it("is made of pages that can be shared, by an admin, for as long as is offered", async () => {
    const make = async (fields: Record<string, string>, cookie: string, headers = OWN) =>
      (
        await ask("/dashboard/share", {
          method: "POST",
          headers: { cookie, ...headers },
          body: new URLSearchParams(fields),
        })
      ).status;
    const admin = await sessionOf();
    for (const wrong of ["settings", "health", "delete?label=a", "../api/export", "//evil.example/label", "access"]) {
      expect(await make({ view: wrong, hours: "1" }, admin)).toBe(400);
    }
    for (const hours of ["", "0", "2", "-1", "1e9", "Infinity"])
      expect(await make({ ...view, hours }, admin)).toBe(400);
    expect(await make({ view: "label?label=a&site=c.example", hours: "1" }, admin)).toBe(400);
    expect(await make({ ...view, hours: "1" }, admin, { origin: "https://evil.example" })).toBe(403);
    const { id } = await giveToken({ role: "viewer" });
    expect(await make({ ...view, hours: "1" }, await sessionOf(id))).toBe(403);
    expect((await listAccessTokens(env.DB)).filter((token) => token.view !== null)).toEqual([]);
  });
});

describe("a heat map's share link", () => {
  it("reads what the heat map reads, of its site, until it is revoked", async () => {
    vi.spyOn(globalThis, "fetch").mockImplementation(async () => new Response("a page"));
    const link = await share({ url: "a.example/pricing?x=1", hours: "720" }, "/dashboard/heatmap");
    expect(link.href).toMatch(/^https:\/\/a\.example\/pricing\?x=1#tracker-heatmap=trk_[\w-]{43}$/);
    const token = link.hash.split("=")[1]!;
    const read = async (path: string) => (await ask(path, { headers: bearer(token) })).status;
    expect(await read("/get_stats/?dom_ids=x")).toBe(200);
    expect(await read("/get_stats/?dom_ids=x&site=b.example")).toBe(403);
    expect(await read("/api/statistics")).toBe(403);
    expect(await read("/dashboard/")).toBe(403);
    expect((await ask("/share/", { method: "POST", body: new URLSearchParams({ token }) })).status).toBe(401);
    const [made] = await listAccessTokens(env.DB);
    expect(made).toMatchObject({ name: "a.example/pricing", view: "heatmap?url=a.example%2Fpricing%3Fx%3D1" });
    await deleteAccessToken(env.DB, made!.id);
    expect(await read("/get_stats/?dom_ids=x")).toBe(401);
  });

  it("is an admin's to make", async () => {
    vi.spyOn(globalThis, "fetch").mockImplementation(async () => new Response("a page"));
    const { id } = await giveToken({ role: "viewer" });
    const body = new URLSearchParams({ url: "a.example/", hours: "1" });
    const response = await ask("/dashboard/heatmap", {
      method: "POST",
      headers: { cookie: await sessionOf(id), ...OWN },
      body,
    });
    expect(response.status).toBe(403);
  });
});
