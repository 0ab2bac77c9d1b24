import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { promisify } from "node:util";
import { onCore } from "../../test/support/processes.ts";

/** What each connection sends, again as soon as it has its answer. */
export interface Load {
  method: "get" | "post";
  /** Pings in a request. */
  pings: number;
  connections: number;
  seconds: number;
}

export interface LoadResult {
  /** Answered requests. Up to one more a connection was under way when the time was over. */
  requests: number;
  seconds: number;
  /** Answers that were not 2xx, and broken connections. */
  failed: number;
  p50Ms: number;
  p99Ms: number;
}

/** Loads a server in a closed loop with wrk (https://github.com/wg/wrk, one thread). */
export async function runWrk(url: string, { method, pings, connections, seconds }: Load): Promise<LoadResult> {
  const script = join(import.meta.dirname, "wrk.lua");
  const prefix = randomBytes(4).toString("hex");
  const options = ["-t1", `-c${connections}`, `-d${seconds}s`, "--timeout", "20s", "-s", script];
  const [command, ...args] = onCore("client", ["wrk", ...options, url, "--", method, String(pings), prefix]);
  const { stdout } = await promisify(execFile)(command!, args);
  return JSON.parse(stdout.trim().split("\n").at(-1)!) as LoadResult;
}
