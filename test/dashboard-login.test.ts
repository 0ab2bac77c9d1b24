import { describe, expect } from "vitest";
import { findBarriers } from "./support/axe.ts";
import { it } from "./support/dashboard.ts";
import { logIn } from "./support/tracker.ts";

describe("the login", () => {
  it("lets in who has the token, and only them", async ({ tracker, page, open }) => {
    await open("");
    expect(page.url()).toMatch(/\/login\/$/);
    expect(await findBarriers(page)).toEqual([]);
    await page.getByLabel("Token").fill("wrong");
    await page.getByRole("button", { name: "Log in" }).click();
    expect(await page.getByRole("alert").innerText()).toBe("This is not the token.");
    await page.getByLabel("Token").fill(tracker.token);
    await page.getByRole("button", { name: "Log in" }).click();
    await page.waitForURL(/\/dashboard\/$/);
  });

  it("lets in by the printed link, whose token no request, address or history has", async ({ tracker, page }) => {
    const asked: string[] = [];
    page.on("request", (request) => asked.push(`${request.url()} ${request.headers()["referer"] ?? ""}`));
    await page.goto(`${tracker.url}/login/#to=${encodeURIComponent("/dashboard/health")}&token=${tracker.token}`);
    await page.waitForURL(/\/dashboard\/health$/);
    await page.goBack();
    expect(page.url()).not.toContain(tracker.token);
    expect(asked.length).toBeGreaterThan(3);
    expect(asked.join("\n")).not.toContain(tracker.token);
  });

  it("leads on to the page that was asked for before the login", async ({ tracker, page, open }) => {
    await open("label?label=asked%26for");
    await page.getByLabel("Token").fill(tracker.token);
    await page.getByRole("button", { name: "Log in" }).click();
    await page.waitForURL(/\/dashboard\//);
    expect(page.url()).toMatch(/\/dashboard\/label\?label=asked%26for$/);
  });

  it("lets in by the printed link, opened on the login itself", async ({ tracker, page, open }) => {
    await open("");
    await page.goto(`${tracker.url}/login/`);
    await page.goto(`${tracker.url}/login/#token=${tracker.token}`);
    await expect.poll(() => page.url()).toBe(`${tracker.url}/dashboard/`);
  });

  it("logs out", async ({ tracker, page, open }) => {
    await logIn(page, tracker);
    await open("");
    await page.getByRole("button", { name: "Log out" }).click();
    await page.waitForURL(/\/login\/$/);
    await open("health");
    expect(page.url()).toMatch(/\/login\/\?to=%2Fdashboard%2Fhealth$/);
  });
});
