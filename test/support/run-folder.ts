/**
 * A run of tests, benchmarks or attacks leaves nothing behind, however it ends. Its temporary files are in one folder, and whatever
 * it starts inherits that folder's name as TMPDIR. A sweeper waits until the run is over, ends whoever still has that TMPDIR, and
 * deletes the folder. It learns of the end by its stdin, which even a SIGKILL of the run closes.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { listStartedWith } from "./processes.ts";

const SWEEP_WITHIN_MS = 10_000;

/** Begins a run: from now on `tmpdir()` is its folder, here and in all that is started. */
export function beginRun(): void {
  const folder = mkdtempSync(join(tmpdir(), "tracker-run-"));
  const sweep = `(await import(${JSON.stringify(import.meta.filename)})).sweepAfter(${JSON.stringify(folder)})`;
  // It has the old TMPDIR, and so does not sweep itself away.
  const sweeper = spawn(process.execPath, ["--input-type=module", "--eval", sweep], {
    detached: true,
    stdio: ["pipe", "ignore", "inherit"],
  });
  sweeper.unref();
  (sweeper.stdin as Socket).unref();
  process.env["TMPDIR"] = folder;
}

/** The sweeper. */
export async function sweepAfter(folder: string): Promise<void> {
  for await (const _ of process.stdin);
  const deadline = Date.now() + SWEEP_WITHIN_MS;
  while (Date.now() < deadline) {
    const left = listStartedWith(`TMPDIR=${folder}`);
    if (left.length == 0) break;
    for (const pid of left) kill(pid);
    await sleep(50);
  }
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended by itself.
  }
}
