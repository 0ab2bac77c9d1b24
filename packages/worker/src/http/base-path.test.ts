import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { requestWith } from "../../test/batches.ts";

const BASE_PATH = "/t";

async function statusOf(path: string, settings = { BASE_PATH }): Promise<number> {
  return (await requestWith(settings, path)).status;
}

describe("BASE_PATH", () => {
  it("is where all routes and files are, which the root has, too: that is where workers.dev shows them", async () => {
    for (const path of [
      "/track/?labels=a",
      "/track?labels=a",
      "/track.gif?labels=a",
      "/healthz",
      "/login/",
      "/tracker.js",
    ]) {
      expect([path, await statusOf(`/t${path}`), await statusOf(path)]).toEqual([path, 200, 200]);
    }
  });

  it.each([
    "/a9f3/zz/track/",
    "/t/t/track/",
    "/T/track/",
    "/tt/track/",
    "/t//track/",
    "/%74/track/",
    "/t/track/track/",
    "//t/track/",
  ])("is the only path before a route: %s leads nowhere", async (path) => {
    expect(await statusOf(`${path}?labels=a`)).toBe(404);
  });

  it("may be empty: then a path before the route is none of the sender's to choose", async () => {
    expect(await statusOf("/track/?labels=a", { BASE_PATH: "" })).toBe(200);
    for (const path of ["/t/track/", "/a9f3/zz/track/", "/track/track/"]) {
      expect(await statusOf(`${path}?labels=a`, { BASE_PATH: "" })).toBe(404);
    }
  });

  it("is before each link and redirect", async () => {
    const locationOf = async (path: string, init: RequestInit = {}): Promise<string | null> =>
      (await requestWith({ BASE_PATH }, path, init)).headers.get("location");
    expect(await locationOf("/t/")).toBe("/t/dashboard/");
    expect(await locationOf("/t/dashboard/health")).toBe("/t/login/?to=%2Fdashboard%2Fhealth");
    const body = new URLSearchParams({ token: env.ADMIN_TOKEN!, to: "/dashboard/health" });
    expect(await locationOf("/t/login/", { method: "POST", body })).toBe("/t/dashboard/health");
    expect(await locationOf("/t/demo")).toBe("/t/demo/");
    expect(await (await requestWith({ BASE_PATH }, "/t/login/")).text()).toContain('src="/t/assets/login.js"');
  });
});
