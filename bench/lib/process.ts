import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { availableParallelism } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";

// Linux counts a process's time in hundredths of a second.
const CLOCK_TICK_MS = 10;

/** The command on a core of its own, so that servers get the same and the load does not take it from them; as it is where there is but one. */
export function onCore(role: "server" | "client", command: readonly string[]): string[] {
  if (availableParallelism() < 2) return [...command];
  // Of util-linux, which every Linux has.
  return ["taskset", "--cpu-list", role == "server" ? "0" : "1", ...command];
}

/** CPU time a process took so far, in user and kernel mode (`utime` and `stime` of proc(5)). */
export function readCpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)!.split(" ");
  return (Number(fields[11]) + Number(fields[12])) * CLOCK_TICK_MS;
}

/** SIGKILL to a process, and to its whole group where it was spawned detached; waits until it is gone. */
export async function killNow(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  try {
    process.kill(-child.pid!, "SIGKILL");
  } catch {
    child.kill("SIGKILL");
  }
  await exited;
}

/** Waits until something listens on the port. @throws when nothing does after ten seconds. */
export async function waitForPort(port: number): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const socket = connect(port, "127.0.0.1");
    const isOpen = await once(socket, "connect").then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (isOpen) return;
    await sleep(50);
  }
  throw new Error(`nothing listens on port ${port}`);
}

/** Lets no process outlive this one, however it ends. */
export function endWithUs(child: ChildProcess): void {
  process.once("exit", () => {
    try {
      process.kill(-child.pid!, "SIGKILL");
    } catch {
      child.kill("SIGKILL");
    }
  });
}
