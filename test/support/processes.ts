import { execFileSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { basename } from "node:path";

// Linux counts a process's time in hundredths of a second.
const CLOCK_TICK_MS = 10;

interface Process {
  pid: number;
  group: number;
  kilobytes: number;
  name: string;
}

/** The processes of a group that still run, with what each takes of the machine's memory. */
export function listProcesses(group: number): Process[] {
  const processes = process.platform == "linux" ? readProc() : askPs();
  return processes.filter((one) => one.group == group);
}

/** The workerd processes of a group. */
export function listWorkerd(group: number): Process[] {
  return listProcesses(group).filter(({ name }) => name == "workerd");
}

/** Puts a Worker's processes on the first core, and this one on the others, where there are others. */
export function pin(group: number): void {
  if (process.platform != "linux" || availableParallelism() < 2) return;
  const setCores = (pid: number, cores: string): unknown =>
    execFileSync("taskset", ["-a", "-c", "-p", cores, `${pid}`], { stdio: "ignore" });
  for (const { pid } of listProcesses(group)) setCores(pid, "0");
  setCores(process.pid, `1-${availableParallelism() - 1}`);
}

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

/** A bare Linux has no `ps`. The fields are those of proc_pid_stat(5). */
function readProc(): Process[] {
  return listPids().flatMap((pid) => {
    const stat = readFileOf(pid, "stat");
    const [state, , group] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    // Gone meanwhile, or ended and not yet buried.
    if (!stat || state == "Z" || state == "X") return [];
    const [, kilobytes = 0] = /VmRSS:\s+(\d+)/.exec(readFileOf(pid, "status")) ?? [];
    const name = stat.slice(stat.indexOf("(") + 1, stat.lastIndexOf(")"));
    return [{ pid, group: Number(group), kilobytes: Number(kilobytes), name }];
  });
}

function askPs(): Process[] {
  const lines = execFileSync("ps", ["-A", "-o", "pgid=,pid=,stat=,rss=,comm="], { encoding: "utf8" }).split("\n");
  return lines
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , state = "Z"]) => !state.startsWith("Z"))
    .map(([group, pid, , kilobytes, ...name]) => ({
      pid: Number(pid),
      group: Number(group),
      kilobytes: Number(kilobytes),
      name: basename(name.join(" ")),
    }));
}

/** The processes that were started with this text in their environment. */
export function listStartedWith(text: string): number[] {
  if (process.platform == "linux") return listPids().filter((pid) => readFileOf(pid, "environ").includes(text));
  const lines = execFileSync("ps", ["-A", "-E", "-w", "-w", "-o", "pid=,command="], { encoding: "utf8" }).split("\n");
  return lines.filter((line) => line.includes(text)).map((line) => Number.parseInt(line));
}

/** What a process was started with, as everyone on the machine may see it. */
export function readCommand(pid: number): string {
  if (process.platform == "linux") return readFileOf(pid, "cmdline").replaceAll("\0", " ");
  return execFileSync("ps", ["-w", "-w", "-o", "command=", "-p", `${pid}`], { encoding: "utf8" });
}

function listPids(): number[] {
  return readdirSync("/proc").map(Number).filter(Boolean);
}

/** Nothing where the process is gone, or somebody else's. */
function readFileOf(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return "";
  }
}
