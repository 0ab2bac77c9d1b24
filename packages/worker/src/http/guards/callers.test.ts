import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWTPayload } from "jose";
import { env } from "cloudflare:workers";
import { encodeBase64Url } from "hono/utils/encode";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { request, requestWith } from "../../../test/batches.ts";
import { makeHeatmapToken } from "./heatmap-token.ts";
import { signToken } from "./signed-token.ts";

const SITES = "shop.example blog.example";
const COOKIE = "__Host-tracker_session";

function bearer(token: string): RequestInit {
  return { headers: { authorization: `Bearer ${token}` } };
}

async function statusAndCode(response: Response): Promise<unknown[]> {
  const body = response.headers.get("content-type")?.includes("json") ? await response.json<ErrorBody>() : undefined;
  return [response.status, body?.error?.code];
}

interface ErrorBody {
  error?: { code: string };
}

describe("heat map tokens", () => {
  const stats = "/get_stats/?dom_ids=a";

  it("read the statistics of one site", async () => {
    const token = await makeHeatmapToken(env, "blog.example", Date.now());
    expect((await requestWith({ SITES }, stats, bearer(token))).status).toBe(200);
    expect((await requestWith({ SITES }, `${stats}&site=blog.example`, bearer(token))).status).toBe(200);
    const other = await requestWith({ SITES }, `${stats}&site=shop.example`, bearer(token));
    expect(await statusAndCode(other)).toEqual([403, "site_not_yours"]);
  });

  it("read for an hour", async () => {
    const [fresh, old] = await Promise.all(
      [59, 61].map((minutes) => makeHeatmapToken(env, "", Date.now() - minutes * 60_000)),
    );
    expect((await request(stats, bearer(fresh!))).status).toBe(200);
    expect(await statusAndCode(await request(stats, bearer(old!)))).toEqual([401, "token_expired"]);
  });

  it("do nothing else", async () => {
    const token = await makeHeatmapToken(env, "", Date.now());
    expect((await request("/report/", bearer(token))).status).toBe(401);
    expect((await request("/report/", { headers: { cookie: `${COOKIE}=${token}` } })).status).toBe(401);
  });

  it("cannot be made of a session, nor with another key, nor changed", async () => {
    const session = await signToken(env, "session", {}, Date.now() + 60_000);
    const foreign = await makeHeatmapToken({ ...env, ADMIN_TOKEN: "another-token-of-these-tests" }, "", Date.now());
    const [head, , signature] = (await makeHeatmapToken(env, "blog.example", Date.now())).split(".");
    const claims = btoa(JSON.stringify({ site: "shop.example", aud: "heatmap", exp: 4_102_444_800 })).replace(
      /=+$/,
      "",
    );
    const unsigned = `${btoa('{"alg":"none"}').replace(/=+$/, "")}.${claims}.x`;
    for (const token of [session, foreign, `${head}.${claims}.${signature}`, unsigned]) {
      expect(await statusAndCode(await request(stats, bearer(token)))).toEqual([401, "unauthorized"]);
    }
  });
});

describe("ADMIN_TOKEN", () => {
  it("may be two while it is changed: bearers, sessions and heat maps of both are valid", async () => {
    const [first, second] = ["the-first-token-of-two", "the-second-token-of-two"];
    const before = { ADMIN_TOKEN: first, ADMIN_TOKEN_NEXT: "" };
    const during = { ADMIN_TOKEN: first, ADMIN_TOKEN_NEXT: second };
    const after = { ADMIN_TOKEN: second, ADMIN_TOKEN_NEXT: "" };
    const session = await signToken({ ...env, ...before }, "session", {}, Date.now() + 60_000);
    const withSession = { headers: { cookie: `${COOKIE}=${session}`, "sec-fetch-site": "same-origin" } };
    const ask = async (settings: object, init: RequestInit) => (await requestWith(settings, "/report/", init)).status;
    expect([await ask(before, bearer(first)), await ask(before, bearer(second))]).toEqual([200, 401]);
    expect([await ask(during, bearer(first)), await ask(during, bearer(second))]).toEqual([200, 200]);
    expect([await ask(after, bearer(first)), await ask(after, bearer(second))]).toEqual([401, 200]);
    expect([await ask(before, withSession), await ask(during, withSession), await ask(after, withSession)]).toEqual([
      200, 200, 401,
    ]);
  });

  it("that is not set closes what needs it, and says how to set it", async () => {
    const form = { method: "POST", body: new URLSearchParams({ token: "" }) };
    for (const [path, init] of [
      ["/report/", bearer("")],
      ["/get_stats/?dom_ids=a", bearer("")],
      ["/login/", form],
    ] as const) {
      const response = await requestWith({ ADMIN_TOKEN: "" }, path, init);
      expect(await statusAndCode(response)).toEqual([503, "token_not_set"]);
    }
  });
});

describe("POST /logout/", () => {
  it("ends the session, from the Worker's own pages only", async () => {
    const own = await request("/logout/", { method: "POST", headers: { origin: "https://tracker.example" } });
    expect([own.status, own.headers.get("location")]).toEqual([303, "/login/"]);
    expect(own.headers.get("set-cookie")).toMatch(/^__Host-tracker_session=; Max-Age=0/);
    for (const headers of [
      { origin: "https://evil.example" },
      { "sec-fetch-site": "cross-site" },
      { origin: "null" },
    ]) {
      const other = await request("/logout/", { method: "POST", headers });
      expect(await statusAndCode(other)).toEqual([403, "cross_origin"]);
    }
  });
});

describe("a session", () => {
  it("is found behind cookies of its name that a neighbouring subdomain set", async () => {
    const session = await signToken(env, "session", {}, Date.now() + 60_000);
    const cookie = `${COOKIE}=x; ${COOKIE}=${session.replace(/.$/, "")}; other=1; ${COOKIE}=${session}`;
    expect((await request("/api/statistics", { headers: { cookie } })).status).toBe(200);
    expect((await request("/api/statistics", { headers: { cookie: `${COOKIE}=x` } })).status).toBe(401);
  });

  it("is held to https, and to this very host or the path that is the tracker's own", async () => {
    const form = { method: "POST", body: new URLSearchParams({ token: env.ADMIN_TOKEN! }) };
    const cookieOf = (response: Response): string => response.headers.get("set-cookie")!.replace(/=[^;]*/, "");
    const end = "Max-Age=604800; Path=/; HttpOnly; Secure; SameSite=Lax";
    expect(cookieOf(await request("/login/", form))).toBe(`__Host-tracker_session; ${end}`);
    expect(cookieOf(await requestWith({ BASE_PATH: "/t" }, "/t/login/", form))).toBe(
      `__Secure-tracker_session; ${end.replace("Path=/", "Path=/t")}`,
    );
  });

  it("flushes from the Worker's own pages only", async () => {
    const cookie = `${COOKIE}=${await signToken(env, "session", {}, Date.now() + 60_000)}`;
    for (const headers of [
      { cookie },
      { cookie, "sec-fetch-site": "none" },
      { cookie, "sec-fetch-site": "same-site" },
    ]) {
      expect(await statusAndCode(await request("/report/", { headers }))).toEqual([403, "cross_origin"]);
    }
    expect((await request("/report/", { headers: { cookie, "sec-fetch-site": "same-origin" } })).status).toBe(200);
  });

  it("tells nothing that helps to guess the token: its key is random, too", async () => {
    const session = await signToken(env, "session", {}, Date.now() + 60_000);
    const [head, claims, signature] = session.split(".");
    const salt = await env.DB.prepare("SELECT salt FROM signing").first<string>("salt");
    expect(salt).toMatch(/^[0-9A-F]{64}$/);
    const sign = async (secret: string): Promise<string> => {
      const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(secret));
      const key = await crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
      const text = new TextEncoder().encode(`${head}.${claims}`);
      return encodeBase64Url(await crypto.subtle.sign("HMAC", key, text));
    };
    expect(await sign(`tracker signing key\n${env.ADMIN_TOKEN}`)).not.toBe(signature);
  });
});

describe("pages", () => {
  it("have a policy that runs nothing inline, and cannot be framed", async () => {
    const { headers } = await request("/login/");
    expect(headers.get("content-security-policy")).toMatch("default-src 'none'; script-src 'self'; style-src 'self'");
    expect(headers.get("content-security-policy")).not.toMatch("unsafe");
    expect(headers.get("x-frame-options")).toBe("DENY");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("strict-transport-security")).toBeNull();
  });

  it("are not found under a base path that could leave the Worker", async () => {
    for (const path of ["//evil.example/login", "/a;domain=example/login", "/%5C%5Cevil.example//login"]) {
      const response = await request(path, { method: "POST", body: new URLSearchParams({ token: env.ADMIN_TOKEN! }) });
      expect([response.status, response.headers.get("location")]).toEqual([404, null]);
    }
  });
});

describe("Cloudflare Access", () => {
  const settings = { ACCESS_TEAM_DOMAIN: "team.cloudflareaccess.com", ACCESS_AUD: "ab".repeat(32) };
  const claims = { iss: `https://${settings.ACCESS_TEAM_DOMAIN}`, aud: [settings.ACCESS_AUD] };
  let keys: { privateKey: CryptoKey; publicKey: CryptoKey };

  beforeAll(async () => {
    keys = await generateKeyPair("RS256", { extractable: true });
  });
  afterEach(() => void vi.restoreAllMocks());

  function sign(payload: JWTPayload, key = keys.privateKey, expires: string | number = "5m"): Promise<string> {
    const unsigned = new SignJWT(payload).setProtectedHeader({ alg: "RS256", kid: "one" });
    return unsigned.setExpirationTime(expires).sign(key);
  }

  async function askWith(assertion: string): Promise<number> {
    const jwk = { ...(await exportJWK(keys.publicKey)), alg: "RS256", use: "sig", kid: "one" };
    vi.spyOn(globalThis, "fetch").mockImplementation(async (url) => {
      expect(new Request(url).url).toBe("https://team.cloudflareaccess.com/cdn-cgi/access/certs");
      return Response.json({ keys: [jwk] });
    });
    const headers = { "cf-access-jwt-assertion": assertion };
    return (await requestWith(settings, "/api/statistics", { headers })).status;
  }

  it("lets its users of this application read", async () => {
    expect(await askWith(await sign(claims))).toBe(200);
  });

  it("lets nobody else", async () => {
    const { privateKey } = await generateKeyPair("RS256");
    const wrong = [
      "not.a.jwt",
      await sign({ ...claims, aud: ["cd".repeat(32)] }),
      await sign({ ...claims, iss: "https://evil.cloudflareaccess.com" }),
      await sign(claims, privateKey),
      await sign(claims, keys.privateKey, Math.floor(Date.now() / 1000) - 60),
    ];
    for (const assertion of wrong) expect(await askWith(assertion)).toBe(401);
    expect((await request("/report/", { headers: { "cf-access-jwt-assertion": await sign(claims) } })).status).toBe(
      401,
    );
  });
});
