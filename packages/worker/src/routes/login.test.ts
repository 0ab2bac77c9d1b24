import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { logIn, readerRequest, request } from "../../test/batches.ts";

describe("readers", () => {
  it.each(["/report/", "/get_stats/?dom_ids=a"])("need the token for %s", async (path) => {
    expect((await request(path)).status).toBe(401);
    expect((await request(path, { headers: { authorization: "Bearer wrong" } })).status).toBe(401);
    expect((await readerRequest(path)).status).toBe(200);
  });

  it("may log in by the form, and then have a cookie", async () => {
    const login = await logIn(env.ADMIN_TOKEN!);
    expect([login.status, login.headers.get("location")]).toEqual([303, "/dashboard/"]);
    const cookie = login.headers.get("set-cookie")!;
    expect(cookie).toMatch(/HttpOnly; Secure; SameSite=Lax/);
    const stats = await request("/get_stats/?dom_ids=a", { headers: { cookie: cookie.split(";")[0]! } });
    expect(stats.status).toBe(200);
    expect((await logIn("wrong")).status).toBe(401);
  });

  it("are not logged in by a token in the address, which would stand in logs and histories", async () => {
    const response = await request(`/login/?token=${env.ADMIN_TOKEN}`);
    expect([response.status, response.headers.get("set-cookie")]).toEqual([200, null]);
    expect(await response.text()).not.toContain(env.ADMIN_TOKEN);
  });

  it("come back to the page they asked for, and to no other origin", async () => {
    const asked = await request("/dashboard/label?label=a%26b");
    expect(asked.headers.get("location")).toBe("/login/?to=%2Fdashboard%2Flabel%3Flabel%3Da%2526b");
    expect(await (await request(asked.headers.get("location")!)).text()).toContain(
      'name="to" value="/dashboard/label?label=a%26b"',
    );
    for (const [to, location] of [
      ["/dashboard/label?label=a%26b", "/dashboard/label?label=a%26b"],
      ["/demo/", "/demo/"],
      ["https://evil.example/dashboard/", "/dashboard/"],
      ["//evil.example/dashboard/", "/dashboard/"],
      ["/\\evil.example/dashboard/", "/dashboard/"],
      ["/dashboard/..//evil.example", "/dashboard/"],
      ["/dashboard/\r\nset-cookie: a=b", "/dashboard/set-cookie:%20a=b"],
      ["javascript:alert(1)", "/dashboard/"],
      ["/report/", "/dashboard/"],
    ] as const) {
      expect((await logIn(env.ADMIN_TOKEN!, { to })).headers.get("location"), to).toBe(location);
    }
  });

  it("cannot forge the cookie", async () => {
    const cookie = `__Host-tracker_session=${Date.now() + 1_000_000}.c2lnbmF0dXJlc2lnbmF0dXJlc2lnbmF0dXJlc2lnbmE%3D`;
    expect((await request("/report/", { headers: { cookie } })).status).toBe(401);
  });
});
