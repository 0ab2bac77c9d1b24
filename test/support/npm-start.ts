import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { killNow } from "./processes.ts";

const START = join(import.meta.dirname, "../../scripts/start.ts");

/** What `npm start` runs. */
export interface NpmStart {
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
 * Does what `npm start` does, on a free port.
 *
 * @param options.persistTo default: a new, empty folder.
 * @param options.flushEverySeconds default: a day, so that only `/report/` flushes.
 * @param options.env Variables of the environment that differ.
 */
export async function npmStart({
  persistTo = mkdtempSync(join(tmpdir(), "tracker-")),
  flushEverySeconds = 86_400,
  env = {},
}: { persistTo?: string; flushEverySeconds?: number; env?: NodeJS.ProcessEnv } = {}): Promise<NpmStart> {
  const token = randomBytes(16).toString("hex");
  const port = await findFreePort();
  const child = spawn(
    process.execPath,
    [START, "--port", `${port}`, "--persist-to", persistTo, "--flush-every", `${flushEverySeconds}`],
    { detached: true, stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ADMIN_TOKEN: token, ...env } },
  );
  let printed = "";
  await new Promise<void>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        printed += text;
        if (printed.includes("Tracker is running.")) resolve();
      });
    }
    child.once("error", reject);
    child.once("close", (code) => reject(new Error(`npm start ended (${code}):\n${printed}`)));
  });

  const pid = child.pid!;
  const closed = once(child, "close");
  return {
    url: `http://127.0.0.1:${port}`,
    token,
    persistTo,
    pid,
    output: () => printed,
    async stop() {
      child.kill("SIGINT");
      if (child.exitCode === null && child.signalCode === null) await closed;
    },
    kill: () => killNow(child),
  };
}

/**
 * A port of 127.0.0.1 that nothing listens on. Below those that systems give to connections, of which a suite makes thousands: one
 * of them could have it before the server that it is for.
 */
export async function findFreePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    const server = createServer().listen(port, "127.0.0.1");
    const isFree = await once(server, "listening").then(
      () => true,
      () => false,
    );
    if (!isFree) continue;
    server.close();
    await once(server, "close");
    return port;
  }
}
