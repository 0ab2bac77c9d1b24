import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { selectFrom } from "./support/databases.ts";
import { findFreePort, npmStart, type NpmStart } from "./support/npm-start.ts";
import { listProcesses, readCommand } from "./support/processes.ts";

const run = promisify(execFile);

describe("npm start", () => {
  let tracker: NpmStart;
  beforeAll(async () => {
    tracker = await npmStart();
  });
  afterAll(() => tracker.stop());

  test("prints links to the demo page and the dashboard, with the token in the fragment, and the script tag", async () => {
    const { url, token } = tracker;
    expect(tracker.output()).toContain(`Demo page    ${url}/login/#to=/demo/&token=${token}\n`);
    expect(tracker.output()).toContain(`Dashboard    ${url}/login/#token=${token}\n`);
    expect(tracker.output()).toContain(`<script src="${url}/tracker.js" data-auto="true" async></script>`);
    for (const path of [
      "/demo/",
      "/tracker.js",
      "/auto.js",
      "/seen.js",
      "/heatmap.js",
      "/heatmap-extras.js",
      "/heatmap-panel.js",
      "/heatmap-tools.js",
    ]) {
      expect(await fetch(url + path), path).toMatchObject({ status: 200 });
    }
  });

  test("takes the token that it is given, and shows it to nobody who lists the processes", async () => {
    const body = new URLSearchParams({ token: tracker.token });
    const login = await fetch(`${tracker.url}/login/`, { method: "POST", body, redirect: "manual" });
    expect([login.status, login.headers.get("location")]).toEqual([303, "/dashboard/"]);
    const commands = listProcesses(tracker.pid).map(({ pid }) => readCommand(pid));
    expect(commands.join("\n")).toContain("wrangler");
    expect(commands.join("\n")).not.toContain(tracker.token);
  });

  test("counts by GET, and reads the same before a flush, after it and after a power cut", async () => {
    expect(await get("/track/?labels=user_connected|user_clicked_button")).toBe("ok");
    for (let i = 0; i < 3; i++) expect(await get("/track/?labels=x:links:link1")).toBe("ok");
    const three = '[["link1",3,"x"]]';
    expect(await get("/get_stats/?dom_ids=link1|link2|")).toBe(three);
    expect(await get("/report/")).toBe("ok");
    expect(await get("/get_stats/?dom_ids=link1|link2|")).toBe(three);
    expect(await readDatabase()).toEqual({ user_connected: 1, user_clicked_button: 1, x: 3 });

    await get("/track/?labels=x:links:link1");
    await tracker.kill();
    tracker = await npmStart({ persistTo: tracker.persistTo, flushEverySeconds: 1 });
    expect(await get("/get_stats/?dom_ids=link1|link2|")).toBe('[["link1",4,"x"]]');
  });

  test("npm run seed fills a database that was never started", async () => {
    const persistTo = mkdtempSync(join(tmpdir(), "tracker-"));
    const args = ["scripts/seed.ts", "--rows", "20", "--days", "2", "--persist-to", persistTo];
    expect((await run(process.execPath, args)).stdout).toContain("20 rows over 2 days are in ");
    expect(selectFrom(persistTo, "statistic", "SELECT count(*) AS rows FROM statistic")).toEqual([{ rows: 20 }]);
  });

  test("flushes by itself", async () => {
    await vi.waitFor(async () => expect(await readDatabase()).toMatchObject({ x: 4 }), { timeout: 60_000 });
  });

  test("works without a home that can be written, and leaves no process behind after Ctrl-C", async () => {
    const other = await npmStart({ env: { HOME: "/dev/null/home" } });
    expect(listProcesses(other.pid)).not.toEqual([]);
    await other.stop();
    expect(listProcesses(other.pid)).toEqual([]);
  });

  async function get(path: string): Promise<string> {
    const answer = await fetch(tracker.url + path, { headers: { authorization: `Bearer ${tracker.token}` } });
    return answer.text();
  }

  /** D1's counters by label, read as a user would. */
  async function readDatabase(): Promise<Record<string, number>> {
    const query = "SELECT label, counter FROM statistic";
    const args = ["d1", "execute", "DB", "--local", "--persist-to", tracker.persistTo, "--json", "--command", query];
    const { stdout } = await run("npx", ["wrangler", ...args]);
    const [{ results }] = JSON.parse(stdout) as [{ results: { label: string; counter: number }[] }];
    return Object.fromEntries(results.map(({ label, counter }) => [label, counter]));
  }
});

describe("npm start, ended by its npm", () => {
  test("leaves no process behind", async () => {
    const args = ["--port", `${await findFreePort()}`, "--persist-to", mkdtempSync(join(tmpdir(), "tracker-"))];
    const npm = spawn("npm", ["start", "--", ...args], {
      detached: true,
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...process.env, ADMIN_TOKEN: "the-token-of-these-tests" },
    });
    let printed = "";
    npm.stdout.on("data", (chunk) => (printed += chunk));
    await vi.waitFor(() => expect(printed).toContain("Tracker is running."), { timeout: 60_000 });
    npm.kill("SIGTERM");
    await vi.waitFor(() => expect(listProcesses(npm.pid!)).toEqual([]), { timeout: 60_000 });
  });
});

describe("npm start, where it cannot", () => {
  test("says that the port is taken", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const started = run(process.execPath, ["scripts/start.ts", "--port", `${port}`]);
    await expect(started).rejects.toMatchObject({
      code: 1,
      stderr: `Port ${port} is taken. Choose another, such as: npm start -- --port ${port + 1}\n`,
    });
    server.close();
  });

  test("names the folder that cannot be written", async () => {
    const persistTo = join(import.meta.filename, "data");
    const args = ["--port", `${await findFreePort()}`, "--persist-to", persistTo];
    await expect(run(process.execPath, ["scripts/start.ts", ...args])).rejects.toMatchObject({
      code: 1,
      stderr: `${persistTo} cannot be written. The counts are kept there. Choose another: npm start -- --persist-to <folder>\n`,
    });
  });

  test("names a wrong option", async () => {
    const started = run(process.execPath, ["scripts/start.ts", "--port", "http"]);
    await expect(started).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('--port is a whole number from 1 to 65535, not "http".'),
    });
  });

  test("tells a setting that makes no sense at once", async () => {
    const persistTo = mkdtempSync(join(tmpdir(), "tracker-"));
    const args = ["--port", `${await findFreePort()}`, "--persist-to", persistTo, "--var", "SHARDS:many"];
    const started = run(process.execPath, ["scripts/start.ts", ...args], {
      env: { ...process.env, ADMIN_TOKEN: "the-token-of-these-tests" },
    });
    await expect(started).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining("SHARDS has a value that is not allowed"),
    });
  });

  const oldNode = (version: string) => `Object.defineProperty(process.versions, "node", { value: "${version}" })`;
  const glibc = (version?: string) =>
    `process.report.getReport = () => ({ header: { glibcVersionRuntime: ${JSON.stringify(version)} } })`;

  test.each([
    ["Node is too old", oldNode("20.19.0"), "Tracker needs Node 22.18 or newer; this is v"],
    ["Node cannot run TypeScript yet", oldNode("22.17.1"), "Tracker needs Node 22.18 or newer; this is v"],
    ["the C library is too old", glibc("2.31"), "glibc 2.35 or newer; this Linux has glibc 2.31."],
    ["the C library is another one", glibc(), "glibc 2.35 or newer; this Linux has another C library."],
  ])("says that %s", async (_what, pretence, said) => {
    const guarded = run(process.execPath, ["--eval", `${pretence}; require("./scripts/require-node.cjs")`]);
    await expect(guarded).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining(said) });
  });
});
