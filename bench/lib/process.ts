import type { ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";

// Linux counts a process's time in hundredths of a second.
const CLOCK_TICK_MS = 10;

/** CPU time a process took so far, in user and kernel mode (`utime` and `stime` of proc(5)). */
export function readCpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)!.split(" ");
  return (Number(fields[11]) + Number(fields[12])) * CLOCK_TICK_MS;
}

/** SIGKILL, and waits until the process is gone. */
export async function killNow(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await exited;
}
