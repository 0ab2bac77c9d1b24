import { Agent } from "node:http";
import { encodeBatch, makeBatchId } from "../../packages/sdk/src/protocol.ts";
import { send } from "./send.ts";

// The actions of a site: pings are drawn from so many.
const LABELS = 200;

export interface OpenLoad {
  batchesPerSecond: number;
  /** Pings in a batch. */
  pings: number;
  seconds: number;
}

export interface OpenResult {
  sent: number;
  /** Answered with 200. */
  acknowledged: number;
  /** Waiting time of each batch, from when it was due to its answer: a late sender hides nothing. Sorted. */
  waitsMs: number[];
  /** How long at least one batch was under way: as long as an object was awake for them, and a little longer. */
  busyMs: number;
}

/** Sends batches at random moments (a Poisson stream), whether earlier ones are answered or not, and waits for every answer. */
export async function sendAtRate(url: string, { batchesPerSecond, pings, seconds }: OpenLoad): Promise<OpenResult> {
  const agent = new Agent({ keepAlive: true, maxSockets: 256 });
  const waitsMs: number[] = [];
  const answers: Promise<boolean>[] = [];
  let underWay = 0;
  let busySince = 0;
  let busyMs = 0;
  const start = performance.now();
  const end = start + seconds * 1000;
  for (let dueAt = start; dueAt < end; dueAt += (-Math.log(1 - Math.random()) * 1000) / batchesPerSecond) {
    const early = dueAt - performance.now();
    if (early > 0) await new Promise((resolve) => setTimeout(resolve, early));
    const body = encodeBatch({ id: makeBatchId(), at: Date.now(), pings: Array.from({ length: pings }, drawPing) });
    if (underWay++ == 0) busySince = performance.now();
    answers.push(
      send(agent, url, { method: "POST", path: "/track/", body }).then((status) => {
        const now = performance.now();
        waitsMs.push(now - dueAt);
        if (--underWay == 0) busyMs += now - busySince;
        return status == 200;
      }),
    );
  }
  const acknowledged = (await Promise.all(answers)).filter(Boolean).length;
  agent.destroy();
  return { sent: answers.length, acknowledged, waitsMs: waitsMs.toSorted((a, b) => a - b), busyMs };
}

function drawPing(): { label: string; category: string; domId: string; count: number } {
  const n = Math.floor(Math.random() * LABELS);
  return { label: `label${n}`, category: "buttons", domId: `dom${n}`, count: 1 };
}
