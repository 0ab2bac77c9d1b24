import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { createServer } from "vite";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { launchBrowser } from "./support/browser.ts";
import { findFreePort, npmStart, type NpmStart } from "./support/npm-start.ts";

const EXAMPLES = join(import.meta.dirname, "../examples");
/** Where the examples expect the tracker. */
const EXPECTED = "http://127.0.0.1:8787";

describe("examples", () => {
  let tracker: NpmStart;
  let browser: Browser;
  let started: ChildProcess | undefined;

  beforeAll(async () => {
    // wrangler's list of Workers on this machine: theirs, so that no other tracker here is taken for this one.
    process.env["WRANGLER_REGISTRY_PATH"] = mkdtempSync(join(tmpdir(), "tracker-registry-"));
    [tracker, browser] = await Promise.all([npmStart(), launchBrowser()]);
  });
  afterEach(async () => {
    if (!started) return;
    const closed = once(started, "close");
    process.kill(-started.pid!, "SIGTERM");
    await closed;
    started = undefined;
  });
  afterAll(async () => {
    delete process.env["WRANGLER_REGISTRY_PATH"];
    await Promise.all([tracker.stop(), browser.close()]);
  });

  /** A page whose requests to the address in the examples go to this test's tracker. */
  async function openPage(url: string): Promise<Page> {
    const page = await browser.newPage();
    await page.route(`${EXPECTED}/**`, async (route) => {
      const answer = await route.fetch({ url: route.request().url().replace(EXPECTED, tracker.url) });
      await route.fulfill({ response: answer });
    });
    await page.goto(url);
    return page;
  }

  /** Starts a server, and resolves when it has printed its address. */
  async function start(command: string, args: string[], env: NodeJS.ProcessEnv, ready: RegExp): Promise<void> {
    started = spawn(command, args, {
      detached: true,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let printed = "";
    started.stderr!.on("data", (chunk) => (printed += chunk));
    for await (const chunk of started.stdout!) if (ready.test((printed += chunk))) return;
    throw new Error(`it ended: ${printed}`);
  }

  async function readStats(label: string): Promise<number> {
    const headers = { authorization: `Bearer ${tracker.token}` };
    const body = JSON.stringify({ dom_ids: [[label, "shop"], "order", "search"] });
    const answer = await fetch(`${tracker.url}/get_stats/`, { method: "POST", headers, body });
    const rows = (await answer.json()) as [string, number, string][];
    return rows.reduce((sum, [, count, one]) => (one == label ? sum + count : sum), 0);
  }

  test("plain-page counts a button by its attribute and a search by code", async () => {
    const page = await openPage(pathToFileURL(join(EXAMPLES, "plain-page/index.html")).href);
    await page.waitForFunction("window.track");
    await page.click("#order");
    await page.fill("#search", "oolong");
    await page.press("#search", "Enter");
    await expect.poll(() => readStats("search")).toBe(1);
    expect(await readStats("order")).toBe(1);
    await page.close();
  });

  test("react-vite counts by React's own ids", async () => {
    const vite = await createServer({
      root: join(EXAMPLES, "react-vite"),
      server: { host: "127.0.0.1", port: 0 },
      logLevel: "warn",
    });
    await vite.listen();
    const page = await openPage(vite.resolvedUrls!.local[0]!);
    const button = page.getByRole("button", { name: "Order Assam" });
    const answered = page.waitForResponse(/\/track\//);
    await button.click();
    await button.click();
    expect(await (await answered).json()).toMatchObject({ accepted: 2, rejected: [] });
    await page.close();
    await vite.close();
  });

  test("second-worker counts by its service binding", async () => {
    const before = await readStats("order");
    const port = await findFreePort();
    const config = join(EXAMPLES, "second-worker/wrangler.toml");
    const args = ["wrangler", "dev", "-c", config, "--ip", "127.0.0.1", "--port", `${port}`, "--inspector-port", "0"];
    await start("npx", args, { CI: "1" }, /Ready on/);
    await expect
      .poll(async () => (await fetch(`http://127.0.0.1:${port}/order`, { method: "POST" })).text())
      .toBe("counted 2\n");
    await expect.poll(() => readStats("order")).toBeGreaterThan(before);
  });

  test("node-server counts what happened on it", async () => {
    const before = await readStats("order");
    const port = await findFreePort();
    const env = { ADMIN_TOKEN: tracker.token, TRACKER: tracker.url, PORT: `${port}` };
    await start(process.execPath, [join(EXAMPLES, "node-server/server.ts")], env, /http:/);
    expect(await (await fetch(`http://127.0.0.1:${port}/order`)).text()).toBe("Tea is on its way.\n");
    await expect.poll(() => readStats("order")).toBe(before + 1);
  });
});
