/**
 * Cleans up after a run: `node sweep-process.ts <folder>`, started by `run-folder.ts`. It learns that the run is over by its stdin,
 * which even a SIGKILL of the run closes.
 */
import { rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { listStartedWith } from "./processes.ts";

const SWEEP_WITHIN_MS = 10_000;
const folder = process.argv[2]!;

for await (const _ of process.stdin);
const deadline = Date.now() + SWEEP_WITHIN_MS;
while (Date.now() < deadline) {
  const left = listStartedWith(`TMPDIR=${folder}`);
  if (left.length == 0) break;
  for (const pid of left) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It ended by itself.
    }
  }
  await sleep(50);
}
rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
