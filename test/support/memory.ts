import { execFileSync } from "node:child_process";
import { basename } from "node:path";

const SAMPLE_MS = 500;

/** What the workerd processes of a group took over some time, in MB of the machine's memory. */
export interface MemoryFigures {
  before: number;
  /** At the half of the time. */
  half: number;
  most: number;
}

/** Watches how much memory the workerd processes of a group take. */
export class MemoryWatch {
  readonly #group: number;
  readonly #samples: number[] = [];
  readonly #timer: ReturnType<typeof setInterval>;

  constructor(group: number) {
    this.#group = group;
    this.#sample();
    this.#timer = setInterval(() => this.#sample(), SAMPLE_MS);
  }

  stop(): MemoryFigures {
    clearInterval(this.#timer);
    this.#sample();
    const [before, half] = [this.#samples[0]!, this.#samples[Math.floor(this.#samples.length / 2)]!];
    return { before, half, most: Math.max(...this.#samples) };
  }

  #sample(): void {
    const kilobytes = listWorkerd(this.#group).reduce((total, process) => total + process.kilobytes, 0);
    this.#samples.push(Math.round(kilobytes / 1024));
  }
}

/** The workerd processes of a group. */
export function listWorkerd(group: number): { pid: number; kilobytes: number }[] {
  const lines = execFileSync("ps", ["-A", "-o", "pgid=,pid=,rss=,comm="], { encoding: "utf8" }).split("\n");
  return (
    lines
      .map((line) => line.trim().split(/\s+/))
      // macOS says the whole path.
      .filter(([pgid, , , name = ""]) => Number(pgid) === group && basename(name) == "workerd")
      .map(([, pid, kilobytes]) => ({ pid: Number(pid), kilobytes: Number(kilobytes) }))
  );
}
