import { setTimeout as sleep } from "node:timers/promises";
import { heapBytesOf } from "./heap.ts";
import { listWorkerd } from "./processes.ts";
import type { Worker } from "./worker.ts";

const SAMPLE_MS = 1_000;

interface Course {
  before: number;
  /** At the half of the time. */
  half: number;
  most: number;
  after: number;
}

/** Memory while something was done, in MB. */
export interface MemoryFigures {
  /** What the isolate of Worker and objects holds after a garbage collection, with its array buffers. */
  heapMb: Course;
  /** What workerd takes of the machine's memory: garbage, D1 and what stands before the Worker included. */
  workerdMb: Course;
}

/** Watches how much memory a Worker takes while something is done. */
export async function watchMemory(worker: Worker, act: () => Promise<unknown>): Promise<MemoryFigures> {
  const where = { url: await worker.url, inspector: await worker.inspector };
  const samples = { heapMb: [] as number[], workerdMb: [] as number[] };
  const sample = async (): Promise<void> => {
    const kilobytes = listWorkerd(worker.pid).reduce((total, process) => total + process.kilobytes, 0);
    samples.workerdMb.push(Math.round(kilobytes / 1_000));
    samples.heapMb.push(Math.round((await heapBytesOf(where)) / 1e6));
  };
  await sample();
  const acting = act();
  const isOver = acting.then(() => true);
  while (!(await Promise.race([isOver, sleep(SAMPLE_MS, false)]))) await sample();
  await sample();
  return { heapMb: summarize(samples.heapMb), workerdMb: summarize(samples.workerdMb) };
}

function summarize(samples: readonly number[]): Course {
  return {
    before: samples[0]!,
    half: samples[Math.floor(samples.length / 2)]!,
    most: Math.max(...samples),
    after: samples.at(-1)!,
  };
}
