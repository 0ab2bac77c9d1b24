import { execFileSync } from "node:child_process";
import { availableParallelism } from "node:os";
import { basename } from "node:path";

interface Process {
  pid: number;
  kilobytes: number;
  name: string;
}

/** The processes of a group, with what each takes of the machine's memory. */
function listProcesses(group: number): Process[] {
  const lines = execFileSync("ps", ["-A", "-o", "pgid=,pid=,rss=,comm="], { encoding: "utf8" }).split("\n");
  return (
    lines
      .map((line) => line.trim().split(/\s+/))
      .filter(([pgid]) => Number(pgid) === group)
      // macOS says the whole path.
      .map(([, pid, kilobytes, name = ""]) => ({
        pid: Number(pid),
        kilobytes: Number(kilobytes),
        name: basename(name),
      }))
  );
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
