import { describe, expect, it } from "vitest";
import { request, requestWith } from "../../test/batches.ts";

const BROWSER = { accept: "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8" };

describe("the root", () => {
  it("leads to the dashboard", async () => {
    const response = await request("/");
    expect(response.status).toBe(302);
    expect(response.headers.get("location")).toBe("/dashboard/");
  });
});

describe("under a base path", () => {
  const settings = { BASE_PATH: "/t" };

  it("the base leads to the dashboard", async () => {
    const response = await requestWith(settings, "/t/");
    expect([response.status, response.headers.get("location")]).toEqual([302, "/t/dashboard/"]);
  });

  it("a refusal's links stay below it", async () => {
    const page = await (await requestWith(settings, "/t/nothing", { headers: BROWSER })).text();
    expect(page).toContain('href="/t/dashboard/"');
    expect(page).toContain('href="/t/assets/dashboard.css"');
  });
});

describe("what is refused", () => {
  it("is JSON for programs", async () => {
    const response = await request("/nothing");
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ error: { code: "not_found" } });
  });

  it.each([
    ["/nothing<script>", {}, 404, "There is no such page", "not_found"],
    ["/t/nothing", {}, 404, "There is no such page", "not_found"],
    ["/dashboard/nothing", {}, 404, "There is no such page", "not_found"],
    ["/api/statistics", {}, 401, "Log in first", "unauthorized"],
    ["/dashboard/", { ADMIN_TOKEN: "" }, 503, "Nobody can log in yet", "token_not_set"],
    ["/dashboard/", { SHARDS: "x" }, 500, "A setting is wrong", "bad_setting"],
  ])("is a page for browsers: %s", async (path, settings, status, title, code) => {
    const headers = { ...BROWSER, ...(code === "not_found" && { authorization: "Bearer the-token-of-these-tests" }) };
    const response = await requestWith(settings, path, { headers });
    expect(response.status).toBe(status);
    expect(response.headers.get("content-type")).toMatch("text/html");
    expect(response.headers.get("content-security-policy")).toMatch("default-src 'none'");
    expect(response.headers.get("cache-control")).toBe("no-store");
    const page = await response.text();
    expect(page).toContain(`<h1>${title}</h1>`);
    expect(page).toContain(code);
    expect(page).not.toContain("<script>");
  });

  it("keeps its headers", async () => {
    const response = await request("/api/statistics", { headers: BROWSER });
    expect(response.headers.get("www-authenticate")).toBe("Bearer");
    const post = await request("/track/", { method: "PUT", headers: BROWSER });
    expect(post.headers.get("allow")).toBe("GET, POST");
    expect(await post.text()).toContain("<h1>");
  });
});
