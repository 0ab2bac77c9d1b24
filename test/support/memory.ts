import { execFileSync } from "node:child_process";

const SAMPLE_MS = 500;

/** Watches how much memory the workerd processes of a group take. */
export class MemoryWatch {
  readonly #group: number;
  readonly #before: number;
  readonly #timer: ReturnType<typeof setInterval>;
  #most = 0;

  constructor(group: number) {
    this.#group = group;
    this.#before = this.#read();
    this.#timer = setInterval(() => (this.#most = Math.max(this.#most, this.#read())), SAMPLE_MS);
  }

  /** The most it took above what it took at first, in MB. */
  stop(): number {
    clearInterval(this.#timer);
    return Math.round((Math.max(this.#most, this.#read()) - this.#before) / 1024);
  }

  #read(): number {
    const lines = execFileSync("ps", ["-A", "-o", "pgid=,rss=,comm="], { encoding: "utf8" }).split("\n");
    return lines
      .map((line) => line.trim().split(/\s+/))
      .filter(([group, , name]) => Number(group) === this.#group && name == "workerd")
      .reduce((total, [, kilobytes]) => total + Number(kilobytes), 0);
  }
}
