import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const START = join(import.meta.dirname, "../../scripts/start.ts");

/** A whole tracker, as `npm start` runs it. */
export interface Tracker {
  url: string;
  token: string;
  /** Where its data is; start another one with it to see what lasts. */
  persistTo: string;
  /** The process and, with it, the group of all that it started. */
  pid: number;
  /** What it printed. */
  output(): string;
  /** Ends it as Ctrl-C does. */
  stop(): Promise<void>;
  /** Ends all its processes at once, as a power cut does. */
  kill(): Promise<void>;
}

/**
 * Starts a tracker on a free port.
 *
 * @param options.persistTo default: a new, empty folder.
 * @param options.flushEverySeconds default: a day, so that only `/report/` flushes.
 * @param options.vars settings of wrangler.toml that differ, such as `{ PUBLIC_STATS: "true" }`.
 */
export async function startTracker({
  persistTo = mkdtempSync(join(tmpdir(), "tracker-")),
  flushEverySeconds = 86_400,
  vars = {},
}: { persistTo?: string; flushEverySeconds?: number; vars?: Record<string, string> } = {}): Promise<Tracker> {
  const token = randomBytes(16).toString("hex");
  const port = await findFreePort();
  const settings = Object.entries(vars).flatMap(([name, value]) => ["--var", `${name}:${value}`]);
  const child = spawn(
    process.execPath,
    [START, "--port", `${port}`, "--persist-to", persistTo, "--flush-every", `${flushEverySeconds}`, ...settings],
    { detached: true, stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ADMIN_TOKEN: token } },
  );
  let printed = "";
  const started = new Promise<void>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        printed += text;
        if (printed.includes("Tracker is running.")) resolve();
      });
    }
    child.once("error", reject);
    child.once("close", (code) => reject(new Error(`the tracker ended (${code}):\n${printed}`)));
  });
  await started;

  const pid = child.pid!;
  const closed = once(child, "close");
  const end = async (target: number, signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) process.kill(target, signal);
    await closed;
  };
  return {
    url: `http://127.0.0.1:${port}`,
    token,
    persistTo,
    pid,
    output: () => printed,
    stop: () => end(pid, "SIGINT"),
    kill: () => end(-pid, "SIGKILL"),
  };
}

/** A port of 127.0.0.1 that nothing listens on. */
export async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
