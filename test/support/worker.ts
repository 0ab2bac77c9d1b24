import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { bundle } from "./bundle.ts";
import { killNow, listWorkerd } from "./processes.ts";

const PROCESS = join(import.meta.dirname, "worker-process.ts");
const ENTRY = join(import.meta.dirname, "../../packages/worker/src/index.ts");

export interface Worker {
  /** Resolves when it answers; rejects when it ended before. */
  url: Promise<string>;
  /** Where a debugger connects to. */
  inspector: Promise<string>;
  /** The process group: workerd and what started it. */
  pid: number;
  /** Ends the whole group at once, as a power cut does. */
  kill(): Promise<void>;
  /** Ends workerd as a deployment does: it takes nothing new, and answers what it has begun if that is soon. */
  stop(): Promise<void>;
}

// How long what has begun may take.
const STOP_WITHIN_MS = 5_000;

/**
 * Bundles the Worker for workerd. Returns the file.
 *
 * @param version Makes a script that differs from those of other versions.
 */
export async function bundleWorker(version = 1): Promise<string> {
  const outfile = join(mkdtempSync(join(tmpdir(), "tracker-bundle-")), "worker.js");
  await bundle(ENTRY, outfile, `// version ${version}`);
  return outfile;
}

/**
 * Starts a Worker with the data of a folder, on a free port.
 *
 * @param isWhole With the scripts and pages that it serves, and its rate limits.
 */
export function startWorker(bundle: string, folder: string, settings: Record<string, string>, isWhole = false): Worker {
  const args = [PROCESS, bundle, folder, JSON.stringify(settings), ...(isWhole ? ["whole"] : [])];
  const child = spawn(process.execPath, args, {
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const closed = once(child, "close");
  let printed = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (printed = (printed + text).slice(-4_000)));
  const kill = (): Promise<void> => killNow(child);
  const stop = async (): Promise<void> => {
    const isRunning = (): boolean => listWorkerd(child.pid!).length > 0;
    for (const { pid } of listWorkerd(child.pid!)) process.kill(pid, "SIGTERM");
    for (const end = Date.now() + STOP_WITHIN_MS; isRunning() && Date.now() < end;) await sleep(50);
    await kill();
  };
  const urls = Promise.race([
    once(child.stdout.setEncoding("utf8"), "data").then(([text]) =>
      String(text)
        .trim()
        .replaceAll(/\/(?= |$)/g, "")
        .split(" "),
    ),
    closed.then(() => {
      throw new Error(`the Worker did not start:\n${printed}`);
    }),
  ]);
  // Whoever kills it before does not ask.
  const [url, inspector] = [urls.then(([first]) => first!), urls.then(([, second]) => second!)];
  for (const promise of [url, inspector]) promise.catch(() => {});
  return { url, inspector, pid: child.pid!, kill, stop };
}

/** A Worker with the data of a folder, for as long as it is used. */
export async function useWorker<Result>(
  bundle: string,
  folder: string,
  settings: Record<string, string>,
  use: (worker: Worker, url: string) => Promise<Result>,
): Promise<Result> {
  const worker = startWorker(bundle, folder, settings);
  try {
    return await use(worker, await worker.url);
  } finally {
    await worker.kill();
  }
}

/** A Worker with data of its own, for as long as it is used. */
export async function withWorker<Result>(
  settings: Record<string, string>,
  use: (worker: Worker, folder: string) => Promise<Result>,
): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), "tracker-data-"));
  try {
    return await useWorker(await bundleWorker(), folder, settings, (worker) => use(worker, folder));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
