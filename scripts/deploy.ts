/**
 * Puts the tracker online, and each later version: checks the settings and the login, makes the D1 database if it is missing, applies
 * the migrations, makes an ADMIN_TOKEN if there is none, deploys, prints the script tag. Each step can be done again.
 */
import { spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { parse } from "smol-toml";

const HELP = `Usage: npm run deploy -- [options]

  --name tracker-preview   another tracker beside the first: its own Worker, database and counts, at workers.dev alone
  --dry-run                build and check everything that can be checked offline, without login; change nothing

ADMIN_TOKEN in the environment becomes the token of a tracker that has none; without it one is made and printed.`;

const ROOT = join(import.meta.dirname, "..");
const WRANGLER = createRequire(import.meta.url).resolve("wrangler");
// Imported by this name because the Worker's types are not those of Node.
const CONFIG = join(ROOT, "packages/worker/src/config");
// In the root, because wrangler takes a configuration's paths from where it is.
const RENAMED_CONFIG = join(ROOT, "wrangler.renamed.json");
/** https://developers.cloudflare.com/d1/configuration/data-location/#available-location-hints */
const D1_LOCATIONS = ["wnam", "enam", "weur", "eeur", "apac", "oc"];

/** What wrangler says of a Worker that is not deployed yet. */
const NO_SUCH_WORKER = /Worker ".*" not found/;

/** What this script needs of wrangler.toml. */
interface WranglerConfig {
  name: string;
  d1_databases: { binding: string; database_name: string }[];
  vars: Record<string, string> & { LOCATION_HINT?: string; JURISDICTION?: string };
  workers_dev?: boolean;
  route?: Route;
  routes?: Route[];
}

type Route = string | { pattern: string };

/** A failure that is told to people by its message alone. */
class DeployError extends Error {}

// A Ctrl-C ends wrangler, and this script after it, when it has cleaned up.
process.on("SIGINT", () => undefined);

const configArgs: string[] = [];
const scratch = mkdtempSync(join(tmpdir(), "tracker-deploy-"));
try {
  await main();
} catch (error) {
  console.error(error instanceof DeployError ? error.message.trim() : error);
  process.exitCode = 1;
} finally {
  rmSync(scratch, { recursive: true });
  rmSync(RENAMED_CONFIG, { force: true });
}

async function main(): Promise<void> {
  const { name, dryRun } = readOptions();
  const config = parse(readFileSync(join(ROOT, "wrangler.toml"), "utf8")) as unknown as WranglerConfig;
  if (name && name != config.name) rename(config, name);
  await checkSettings(config);

  if (dryRun) {
    await show(["deploy", "--dry-run", "--outdir", scratch]);
    console.log("\nThe settings are right. Nothing was changed. Without --dry-run this goes online.");
    return;
  }
  await requireLogin();
  await makeDatabase(config);
  await show(["d1", "migrations", "apply", "DB", "--remote"]);
  const isReadable = await hasToken();
  // In CI the only copy of a new token would be a log.
  const made = isReadable || process.env["CI"] ? undefined : randomBytes(24).toString("base64url");
  const token = isReadable ? undefined : process.env["ADMIN_TOKEN"] || made;
  const url = await deploy(token);
  if (config.routes || config.route) {
    console.log(
      `\nThe tracker's workers.dev address is ${config.workers_dev ? "on, too" : "off, because wrangler.toml has a route"}.`,
    );
  }
  console.log(`
Tracker is online.

  Demo page    ${url}/demo/
  Dashboard    ${url}/login/
  On a page    <script src="${url}/tracker.js" data-auto="true" async></script>
`);
  if (token && token == made) console.log(`ADMIN_TOKEN is ${made}\nKeep it: it is shown only now.`);
  if (!token && !isReadable) console.log("Nobody can read the counts yet: npx wrangler secret put ADMIN_TOKEN");
}

function readOptions(): { name: string | undefined; dryRun: boolean } {
  try {
    const { values } = parseArgs({
      options: {
        name: { type: "string" },
        "dry-run": { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    });
    if (values.help) {
      console.log(HELP);
      process.exit(0);
    }
    return { name: values.name, dryRun: values["dry-run"] };
  } catch (error) {
    throw new DeployError(`${(error as Error).message}\n\n${HELP}`);
  }
}

/** The same tracker under another name. The first one's domains and routes stay its own. */
function rename(config: WranglerConfig, name: string): void {
  config.name = name;
  for (const database of config.d1_databases) database.database_name = name;
  delete config.route;
  delete config.routes;
  writeFileSync(RENAMED_CONFIG, JSON.stringify({ ...config, workers_dev: true }));
  configArgs.push("--config", RENAMED_CONFIG);
}

/**
 * Reads the settings as the Worker will: one that is wrong would make it answer every request with 500. And a route's path must be
 * BASE_PATH, or it answers 404.
 *
 * @throws DeployError naming the setting and what is allowed.
 */
async function checkSettings({ vars, route, routes = route ? [route] : [] }: WranglerConfig): Promise<void> {
  // The Worker's source imports the built SDK.
  const built = spawnSync(process.execPath, [join(ROOT, "packages/sdk/build.ts")], { cwd: ROOT, encoding: "utf8" });
  if (built.status !== 0) throw new DeployError(built.stdout + built.stderr);
  const { readConfig } = (await import(join(CONFIG, "config.ts"))) as {
    readConfig(vars: Record<string, string>): { basePath: string };
  };
  const { SETTINGS } = await import("../packages/worker/src/config/settings.ts");
  try {
    const unknown = Object.keys(vars).find((name) => !(name in SETTINGS));
    if (unknown) throw new Error(`there is no ${unknown}. There are ${Object.keys(SETTINGS).join(", ")}`);
    const { basePath } = readConfig({ ...vars, ADMIN_TOKEN: process.env["ADMIN_TOKEN"] ?? "" });
    for (const one of routes) {
      const pattern = typeof one == "string" ? one : one.pattern;
      const path = pattern.replace(/^(\w+:\/\/)?[^/]*/, "").replace(/\/?\*$/, "");
      if (path && path != basePath) throw new Error(`the route "${pattern}" needs BASE_PATH = "${path}"`);
    }
  } catch (error) {
    throw new DeployError(`A setting is wrong: ${(error as Error).message}\nNothing was changed.`);
  }
}

async function requireLogin(): Promise<void> {
  const { answer, said } = await ask(["whoami", "--json"]);
  if (answer === undefined) throw new DeployError(said);
  if (!(answer as { loggedIn: boolean }).loggedIn) {
    throw new DeployError("Not logged in at Cloudflare: npx wrangler login (in CI: set CLOUDFLARE_API_TOKEN)");
  }
}

async function makeDatabase({ d1_databases, vars }: WranglerConfig): Promise<void> {
  const { database_name } = d1_databases.find(({ binding }) => binding == "DB")!;
  const { answer, said } = await ask(["d1", "list", "--json"]);
  if (!Array.isArray(answer)) throw new DeployError(said);
  if (answer.some(({ name }: { name: string }) => name == database_name)) return;
  const where = vars.JURISDICTION
    ? ["--jurisdiction", vars.JURISDICTION]
    : D1_LOCATIONS.includes(vars.LOCATION_HINT ?? "")
      ? ["--location", vars.LOCATION_HINT!]
      : [];
  await show(["d1", "create", database_name, "--no-update-config", ...where]);
}

async function hasToken(): Promise<boolean> {
  const { answer, said } = await ask(["secret", "list", "--format", "json"]);
  if (Array.isArray(answer)) return answer.some(({ name }: { name: string }) => name == "ADMIN_TOKEN");
  if (NO_SUCH_WORKER.test(said)) return false;
  throw new DeployError(said);
}

/** Returns where the tracker is served. */
async function deploy(token: string | undefined): Promise<string> {
  const report = join(scratch, "report.ndjson");
  const args = ["deploy"];
  if (token) {
    const secrets = join(scratch, "secrets.json");
    writeFileSync(secrets, JSON.stringify({ ADMIN_TOKEN: token }), { mode: 0o600 });
    args.push("--secrets-file", secrets);
  }
  await show(args, { WRANGLER_OUTPUT_FILE_PATH: report });
  const lines = readFileSync(report, "utf8").trim().split("\n");
  const entries = lines.map((line) => readJson(line) as { type: string; targets?: string[] });
  return urlOf(entries.find(({ type }) => type == "deploy")?.targets ?? []);
}

/** Of what wrangler says it deployed to, the address to use: a route or domain of one's own before workers.dev. */
function urlOf(targets: string[]): string {
  const addresses = targets
    .filter((target) => !/^(schedule|.* Queue)/.test(target))
    .map((target) => target.split(" ")[0]!);
  const own = addresses.find((address) => !address.endsWith(".workers.dev"));
  const address = (own ?? addresses[0] ?? "").replace(/\/?\*$/, "");
  return address.includes("://") ? address : `https://${address}`;
}

/** Runs wrangler before people's eyes. @throws DeployError when it fails; it has said why. */
async function show(args: string[], env: NodeJS.ProcessEnv = {}): Promise<void> {
  const { ok } = await run(args, "inherit", env);
  if (!ok) throw new DeployError(`wrangler ${args.join(" ")} failed. Run npm run deploy again when that is put right.`);
}

/** Runs wrangler for its answer, the JSON on stdout; on failure `said` is all that it wrote. */
function ask(args: string[]): Promise<{ answer: unknown; said: string }> {
  return run(args, "pipe", {});
}

async function run(args: string[], output: "inherit" | "pipe", env: NodeJS.ProcessEnv) {
  // Only a deploy may have a question: the name of an account's first workers.dev subdomain.
  const input = args[0] == "deploy" ? "inherit" : "ignore";
  const child = spawn(process.execPath, ["--no-warnings", WRANGLER, ...args, ...configArgs], {
    cwd: ROOT,
    stdio: [input, output, output],
    env: { WRANGLER_SEND_METRICS: "false", ...process.env, ...env },
  });
  const written = { stdout: "", stderr: "" };
  child.stdout?.setEncoding("utf8").on("data", (text: string) => (written.stdout += text));
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (written.stderr += text));
  const [code] = (await once(child, "close")) as [number | null];
  return { ok: code === 0, answer: readJson(written.stdout), said: written.stdout + written.stderr };
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
