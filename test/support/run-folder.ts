import { spawn } from "node:child_process";
import { mkdtempSync } from "node:fs";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * Begins a run of tests, benchmarks or attacks, which leaves nothing behind however it ends: from now on `tmpdir()` is its own
 * folder, here and in all that is started. When this process has ended, a sweeper ends whatever still runs with that TMPDIR, and
 * deletes the folder.
 */
export function beginRun(): void {
  const folder = mkdtempSync(join(tmpdir(), "tracker-run-"));
  // It has the old TMPDIR, and so does not end itself.
  const sweeper = spawn(process.execPath, [join(import.meta.dirname, "sweep-process.ts"), folder], {
    detached: true,
    stdio: ["pipe", "ignore", "inherit"],
  });
  sweeper.unref();
  (sweeper.stdin as Socket).unref();
  process.env["TMPDIR"] = folder;
}
