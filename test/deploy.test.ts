import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { fakeCloudflare, type CloudflareAccount } from "./support/cloudflare-api.ts";

const run = promisify(execFile);
const ROUTE = 'routes = [{ pattern = "shop.example/t/*", zone_name = "shop.example" }]';
const ROOT = join(import.meta.dirname, "..");

// Each starts wrangler some times, which takes seconds.
describe("npm run deploy", { timeout: 300_000 }, () => {
  let account: CloudflareAccount;
  beforeEach(async () => {
    account = await fakeCloudflare();
  });
  afterEach(() => account.close());

  async function deploy(args: string[] = [], { root = ROOT, env = {} } = {}): Promise<string> {
    const own = { ADMIN_TOKEN: "", CI: "", ...account.env, ...env };
    const { stdout } = await run(process.execPath, [join(root, "scripts/deploy.ts"), ...args], {
      env: { ...process.env, ...own },
    });
    return stdout;
  }

  function secretsOf(worker: string): (string | undefined)[] {
    return account.workers.get(worker)!.bindings.flatMap(({ type, text }) => (type == "secret_text" ? [text] : []));
  }

  test("makes the database, its tables and the token, deploys, and keeps all of it the second time", async () => {
    const root = copyProject({ 'JURISDICTION = ""': 'JURISDICTION = "eu"' });
    const printed = await deploy([], { root });
    expect(account.databasesAskedFor).toEqual([{ name: "tracker", jurisdiction: "eu" }]);
    expect(listTables(account)).toEqual(expect.arrayContaining(["flush", "statistic"]));
    expect(account.crons.get("tracker")).toEqual(["*/2 * * * *"]);
    expect(account.routes.get("tracker")).toEqual(["shop.example/t/*"]);
    // As docs/privacy.md says: errors alone, without the request's address, browser and query.
    expect(account.workers.get("tracker")!.observability).toEqual({
      enabled: true,
      redact_query_string: true,
      logs: { enabled: true, invocation_logs: false },
      traces: { enabled: false },
    });
    const [token] = secretsOf("tracker");
    expect(token).toMatch(/^[\w-]{32}$/);
    expect(printed).toContain(`ADMIN_TOKEN is ${token}`);
    expect(printed).toContain("https://shop.example/t/login/");
    expect(printed).toContain("workers.dev address is off");
    expect(printed).toContain('<script src="https://shop.example/t/tracker.js" data-auto="true" async></script>');

    const again = await deploy([], { root, env: { ADMIN_TOKEN: "another-token-of-these-tests" } });
    expect(account.databasesAskedFor).toHaveLength(1);
    expect(again).toContain("No migrations to apply");
    expect(secretsOf("tracker")).toEqual([token]);
    expect(again).not.toContain("ADMIN_TOKEN");
  });

  test("--name makes a second tracker that leaves the first one's route and database alone; in CI it shows no token", async () => {
    const root = copyProject();
    const printed = await deploy(["--name", "tracker-preview"], { root, env: { CI: "1" } });
    expect([...account.workers.keys()]).toEqual(["tracker-preview"]);
    expect([...account.databases.keys()]).toEqual(["tracker-preview"]);
    expect(account.routes.size).toBe(0);
    expect(existsSync(join(root, "wrangler.renamed.json"))).toBe(false);
    expect(printed).toContain("https://tracker-preview.shop.workers.dev/demo/");
    expect(printed).toContain("npx wrangler secret put ADMIN_TOKEN");
    expect(secretsOf("tracker-preview")).toEqual([]);
  });

  test("--dry-run changes nothing, needs no login, and makes a Worker as small as docs/deploy.md says", async () => {
    const printed = await deploy(["--dry-run"], { env: { CLOUDFLARE_API_TOKEN: "" } });
    const [, kib] = /gzip: ([\d.]+) KiB/.exec(printed) ?? [];
    expect(Number(kib) * 1.024).toBeLessThan(statedBound(/under (\d+) kB compressed/));
    expect(printed).toContain("The settings are right. Nothing was changed.");
    expect(account.databasesAskedFor).toEqual([]);
    expect(account.workers.size).toBe(0);
  });

  test.each([
    [["--dry-run"], 'TIME_ZONE = "Berlin"', "TIME_ZONE"],
    [[], 'TIME_ZONE = "Berlin"', "TIME_ZONE"],
    [["--dry-run"], 'TIMEZONE = "Europe/Berlin"', "there is no TIMEZONE"],
    [["--dry-run"], 'ADMIN_TOKEN = "everybody reads this"', "there is no ADMIN_TOKEN"],
  ])("%j changes nothing with %s, and says why", async (args, line, message) => {
    const root = copyProject({ 'TIME_ZONE = "UTC"': line });
    await expect(deploy(args, { root })).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(new RegExp(`^A setting is wrong: ${message}[^]*Nothing was changed\\.\\n$`)),
    });
    expect(account.databasesAskedFor).toEqual([]);
    expect(account.workers.size).toBe(0);
  });

  // Work beside it only makes it slower: the fastest of some starts is the Worker's own.
  test("the Worker starts as quickly as docs/deploy.md says", { retry: 5 }, async () => {
    const profile = join(mkdtempSync(join(tmpdir(), "tracker-startup-")), "startup.cpuprofile");
    const { stdout } = await run("npx", ["wrangler", "check", "startup", "--outfile", profile]);
    const [, ms] = /Active: ([\d.]+) ms/.exec(stdout) ?? [];
    expect(Number(ms)).toBeLessThan(statedBound(/under (\d+) ms/));
  });

  test("stops at a token that is short, and at a route that the Worker would not answer", async () => {
    const refusal = async (replaced: Record<string, string>): Promise<string> =>
      deploy(["--dry-run"], { root: copyProject(replaced) }).catch((error: { stderr: string }) => error.stderr);
    expect(await refusal({ 'BASE_PATH = "/t"': 'BASE_PATH = "/a"' })).toContain(
      'the route "shop.example/t/*" needs BASE_PATH = "/t"',
    );
    const env = { ADMIN_TOKEN: "short" };
    await expect(deploy([], { root: copyProject(), env })).rejects.toMatchObject({
      stderr: expect.stringContaining("ADMIN_TOKEN has a value that is not allowed"),
    });
    expect(account.workers.size).toBe(0);
  });

  test("asks for a login first", async () => {
    // A home of its own, so that no login of this machine is found.
    const home = mkdtempSync(join(tmpdir(), "tracker-home-"));
    const env = { CLOUDFLARE_API_TOKEN: "", HOME: home, XDG_CONFIG_HOME: home };
    await expect(deploy([], { env })).rejects.toMatchObject({
      code: 1,
      stderr: "Not logged in at Cloudflare: npx wrangler login (in CI: set CLOUDFLARE_API_TOKEN)\n",
    });
  });

  test("names a wrong option", async () => {
    await expect(deploy(["--nmae", "x"])).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining("--nmae") });
  });
});

/** The project with a route of its own, and with texts of wrangler.toml replaced. */
function copyProject(replaced: Record<string, string> = {}): string {
  const root = mkdtempSync(join(tmpdir(), "tracker-deploy-"));
  for (const name of ["packages", "node_modules", "package.json"]) symlinkSync(join(ROOT, name), join(root, name));
  cpSync(join(ROOT, "scripts"), join(root, "scripts"), { recursive: true });
  let toml = `${ROUTE}\n${readFileSync(join(ROOT, "wrangler.toml"), "utf8")}`.replace(
    'BASE_PATH = ""',
    'BASE_PATH = "/t"',
  );
  for (const [text, other] of Object.entries(replaced)) toml = toml.replaceAll(text, other);
  writeFileSync(join(root, "wrangler.toml"), toml);
  return root;
}

/** A number that the page states. */
function statedBound(pattern: RegExp): number {
  const [, bound] = pattern.exec(readFileSync(join(ROOT, "docs/deploy.md"), "utf8").replaceAll(/\s+/g, " ")) ?? [];
  return Number(bound);
}

function listTables({ databases }: CloudflareAccount): unknown[] {
  const tables = databases.get("tracker")!.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all();
  return tables.map(({ name }) => name);
}
