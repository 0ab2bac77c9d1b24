/**
 * The whole tracker on this machine: builds, makes the database's tables, runs `wrangler dev` with its data kept on
 * disk, and flushes as Cloudflare's Cron Trigger would (`wrangler dev` never fires it).
 */
import { spawn, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import {
  accessSync,
  appendFileSync,
  chmodSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { homedir, tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs, parseEnv } from "node:util";
import type { ErrorAnswer } from "../packages/sdk/src/protocol.ts";

const HELP = `Usage: npm start -- [options]

  --port 8787             where to listen, on 127.0.0.1
  --persist-to .tracker   where the database and the counters are kept
  --flush-every 120       seconds from one flush into the database to the next
  --var SHARDS:2          a setting of wrangler.toml that is to differ; may be repeated
  --verbose               show all that wrangler says

ADMIN_TOKEN in the environment is the token for reading; without it one is made and kept in .dev.vars.`;

const ROOT = join(import.meta.dirname, "..");
const BUILD = join(ROOT, "packages/sdk/build.ts");
// The file that the `wrangler` command starts: the command itself would keep signals from it.
const WRANGLER = createRequire(import.meta.url).resolve("wrangler");
const HOST = "127.0.0.1";
const READY_WITHIN_MS = 60_000;
const STOP_WITHIN_MS = 10_000;

interface Options {
  port: number;
  persistTo: string;
  flushEverySeconds: number;
  /** Each `NAME:value`. */
  vars: string[];
  verbose: boolean;
}

/** A failure that is told to people by its message alone. */
class StartError extends Error {}

const DEV_VARS = join(ROOT, ".dev.vars");
// Holds a token that was given, where only this user can read it: `ps` shows everyone what a process is started with.
const scratch = mkdtempSync(join(tmpdir(), "tracker-start-"));
process.on("exit", () => rmSync(scratch, { recursive: true, force: true }));

const running = new Set<ChildProcess>();
let stopping = false;

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => void stop(0));
// npm hands SIGTERM to the shell between it and us, and that shell ends without a word.
const shell = process.ppid;
if (process.env["npm_lifecycle_event"]) setInterval(() => process.ppid != shell && void stop(0), 250).unref();

try {
  await start(readOptions());
} catch (error) {
  if (!stopping) console.error(error instanceof StartError ? error.message.trim() : error);
  await stop(1);
}

async function start({ port, persistTo, flushEverySeconds, vars, verbose }: Options): Promise<void> {
  const url = `http://${HOST}:${port}`;
  await requireFreePort(port);
  requireWritable(ROOT, "The build, the token and the data go there.");
  requireWritable(persistTo, "The counts are kept there. Choose another: npm start -- --persist-to <folder>");
  console.log("Building, which takes some seconds …");
  const given = process.env["ADMIN_TOKEN"];
  const token = given || readOrMakeToken(DEV_VARS);

  const build = run([BUILD], verbose);
  const migrate = run([WRANGLER, "d1", "migrations", "apply", "DB", "--local", "--persist-to", persistTo], verbose);
  await Promise.all([build.succeeds(), migrate.succeeds()]);

  const dev = ["dev", "--ip", HOST, "--port", `${port}`, "--persist-to", persistTo];
  dev.push(
    ...["DEVELOPMENT:true", ...vars].flatMap((setting) => ["--var", setting]),
    "--log-level",
    verbose ? "log" : "warn",
  );
  if (given) dev.push("--env-file", writeEnvFile(given));
  const wrangler = run([WRANGLER, ...dev], verbose);
  await Promise.race([untilHealthy(url), wrangler.succeeds()]);
  wrangler.show();

  console.log(`
Tracker is running.

  Demo page    ${url}/login/#to=/demo/&token=${encodeURIComponent(token)}
  Dashboard    ${url}/login/#token=${encodeURIComponent(token)}
  On a page    <script src="${url}/tracker.js" data-auto="true" async></script>

Counts are kept in ${relative("", persistTo) || "."} and reach the database every ${flushEverySeconds} seconds. Ctrl-C stops.
`);
  setInterval(() => void flush(url), flushEverySeconds * 1000);
  await wrangler.succeeds();
  throw new StartError("wrangler dev ended by itself.");
}

function readOptions(): Options {
  try {
    const { values } = parseArgs({
      options: {
        port: { type: "string", default: "8787" },
        "persist-to": { type: "string", default: join(ROOT, ".tracker") },
        "flush-every": { type: "string", default: "120" },
        var: { type: "string", multiple: true, default: [] },
        verbose: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    });
    if (values.help) {
      console.log(HELP);
      process.exit(0);
    }
    return {
      port: readWhole("--port", values.port, 65_535),
      persistTo: resolve(values["persist-to"]),
      flushEverySeconds: readWhole("--flush-every", values["flush-every"], 86_400),
      vars: values.var,
      verbose: values.verbose,
    };
  } catch (error) {
    throw new StartError(`${(error as Error).message}\n\n${HELP}`);
  }
}

function readWhole(name: string, text: string, max: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= max) return value;
  throw new RangeError(`${name} is a whole number from 1 to ${max}, not "${text}".`);
}

async function requireFreePort(port: number): Promise<void> {
  const probe = createServer().listen(port, HOST);
  try {
    await once(probe, "listening");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code != "EADDRINUSE") throw new StartError(message);
    throw new StartError(`Port ${port} is taken. Choose another, such as: npm start -- --port ${(port % 65_535) + 1}`);
  }
  probe.close();
  await once(probe, "close");
}

function requireWritable(folder: string, why: string): void {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
  } catch {
    throw new StartError(`${folder} cannot be written. ${why}`);
  }
}

/** wrangler keeps logs and a list of what it runs at home. Not everybody has one that can be written. */
function findHome(): string {
  try {
    accessSync(homedir(), constants.W_OK);
    return homedir();
  } catch {
    return scratch;
  }
}

function readOrMakeToken(file: string): string {
  const text = existsSync(file) ? readFileSync(file, "utf8") : "";
  const kept = parseEnv(text)["ADMIN_TOKEN"];
  if (kept) return kept;
  const made = randomBytes(24).toString("base64url");
  appendFileSync(file, `${text && !text.endsWith("\n") ? "\n" : ""}ADMIN_TOKEN=${made}\n`, { mode: 0o600 });
  chmodSync(file, 0o600);
  return made;
}

/** `.dev.vars` with another token, since wrangler reads only one of both. Returns the file. */
function writeEnvFile(token: string): string {
  const file = join(scratch, "vars.env");
  const kept = existsSync(DEV_VARS) ? readFileSync(DEV_VARS, "utf8").replaceAll(/^\s*ADMIN_TOKEN\s*=.*$/gm, "") : "";
  // Unlike .dev.vars, wrangler expands $NAME in such a file.
  const text = `${kept}\nADMIN_TOKEN='${token}'\n`.replaceAll("$", "\\$");
  writeFileSync(file, text, { mode: 0o600 });
  return file;
}

/** Starts a Node program. What it says is held back until it fails or `show` is called. */
function run(args: string[], verbose: boolean): { succeeds(): Promise<void>; show(): void } {
  const child = spawn(process.execPath, ["--no-warnings", ...args], {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...process.env,
      CI: "1",
      WRANGLER_SEND_METRICS: "false",
      CLOUDFLARE_CF_FETCH_ENABLED: "false",
      HOME: findHome(),
    },
  });
  running.add(child);
  let shown = verbose;
  let heldBack = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      if (shown) process.stderr.write(text);
      else heldBack += text;
    });
  }
  const ended = once(child, "close").then(([code]) => {
    running.delete(child);
    if (code !== 0) throw new StartError(heldBack || `${args.join(" ")} failed.`);
  });
  return {
    succeeds: () => ended,
    show: () => {
      shown = true;
    },
  };
}

async function untilHealthy(url: string): Promise<void> {
  const deadline = Date.now() + READY_WITHIN_MS;
  while (Date.now() < deadline) {
    const answer = await fetch(`${url}/healthz`).catch(() => undefined);
    // A setting that is not allowed: waiting does not put it right.
    if (answer?.status == 500) throw new StartError(((await answer.json()) as ErrorAnswer).error.message);
    // Not `ok`: counts of an earlier run may wait for a flush, which comes later.
    const health = (await answer?.json().catch(() => undefined)) as { database: boolean } | undefined;
    if (health?.database) return;
    await sleep(100);
  }
  throw new StartError(
    `${url}/healthz did not answer within ${READY_WITHIN_MS / 1000} s. See more: npm start -- --verbose`,
  );
}

async function flush(url: string): Promise<void> {
  try {
    const answer = await fetch(`${url}/cdn-cgi/local/scheduled?cron=${encodeURIComponent("*/2 * * * *")}`);
    if (!answer.ok) throw new Error(await answer.text());
  } catch (error) {
    if (!stopping) console.error(`The flush failed: ${(error as Error).message}`);
  }
}

async function stop(exitCode: number): Promise<void> {
  if (stopping) return;
  stopping = true;
  const children = [...running];
  for (const child of children) child.kill("SIGTERM");
  const impatient = setTimeout(() => children.forEach((child) => child.kill("SIGKILL")), STOP_WITHIN_MS);
  await Promise.all(children.map((child) => once(child, "close")));
  clearTimeout(impatient);
  process.exit(exitCode);
}
