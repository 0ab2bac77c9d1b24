import { encodeBatch, makeBatchId, type PingInput, type TrackAnswer } from "../../packages/sdk/src/protocol.ts";
import { readCounters, selectFrom } from "../support/databases.ts";
import { watchMemory, type MemoryFigures } from "../support/memory.ts";
import { withWorker, type Worker } from "../support/worker.ts";
import { whole } from "../../bench/lib/report.ts";
import { failuresOf, HEAP_MAX_MB, memoryTable, type Attack } from "./attack.ts";

interface CardinalityFigures {
  /** Labels, categories and DOM ids made up, each pinged once. */
  invented: number;
  /** Pings of labels that are listed, or were seen before the attack. */
  honest: number;
  /** Actions that D1 has in the end. */
  counted: number;
  /** Honest keys whose total is not exact. */
  wrongHonest: number;
  /** Rows in the object: names and journal. */
  names: number;
  journalRows: number;
  /** Rows in D1. */
  statistics: number;
  /** Until the last ping. */
  memory: MemoryFigures;
  seconds: number;
}

const TOKEN = "the-token-of-this-cardinality-run";
const BATCH_PINGS = 1_000;
const LANES = 4;

/** Invents labels as fast as one sender can, in whole batches, while honest pings come in between. */
export function runCardinality(invented: number, maxLabels: number): Promise<CardinalityFigures> {
  // "made-up-*" lets the inventions in: without a list at all, everything is let in.
  const settings = { ADMIN_TOKEN: TOKEN, MAX_LABELS_PER_DAY: `${maxLabels}`, LABELS: "listed|seen|made-up-*" };
  return withWorker(settings, (worker, folder) => invent(worker, folder, invented));
}

async function invent(worker: Worker, folder: string, invented: number): Promise<CardinalityFigures> {
  const start = performance.now();
  let honest = 0;
  const url = await worker.url;
  const send = async (pings: PingInput[]): Promise<void> => {
    const batch = {
      id: makeBatchId(),
      at: Date.now(),
      pings: pings.map((ping) => ({ category: "", domId: "", count: 1, ...ping })),
    };
    const response = await fetch(`${url}/track/`, { method: "POST", body: encodeBatch(batch) });
    const { accepted } = (await response.json()) as TrackAnswer;
    if (accepted !== pings.length) throw new Error(`${response.status}: ${accepted} of ${pings.length} counted`);
  };
  const flush = async (): Promise<void> => {
    const response = await fetch(`${url}/report/`, { headers: { authorization: `Bearer ${TOKEN}` } });
    if (!response.ok) throw new Error(`the flush failed: ${response.status}`);
  };
  await send([{ label: "seen", category: "before", domId: "button" }]);
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < invented) {
      const first = next;
      next += BATCH_PINGS;
      await send(
        Array.from({ length: Math.min(BATCH_PINGS, invented - first) }, (_, index) => inventionOf(first + index)),
      );
      await send([
        { label: "seen", category: "before", domId: "button" },
        { label: "listed", category: `first seen at ${first}` },
      ]);
      honest += 2;
      // As the cron does, and once in the middle of it.
      if (first < invented / 2 && next >= invented / 2) await flush();
    }
  };
  const memory = await watchMemory(worker, () => Promise.all(Array.from({ length: LANES }, lane)));
  await flush();
  await worker.kill();
  const counters = [...readCounters(folder)].map(([key, count]) => [key.slice("2026-01-01 ".length), count] as const);
  const sum = (isOne: (key: string) => boolean): number =>
    counters.reduce((total, [key, count]) => total + (isOne(key) ? count : 0), 0);
  const wrongHonest =
    Number(sum((key) => key === "seen:before:button") !== 1 + honest / 2) +
    Number(sum((key) => key.startsWith("listed:")) !== honest / 2 + Math.floor((invented + 3) / 4));
  return {
    invented,
    honest: honest + 1,
    counted: sum(() => true),
    wrongHonest,
    names: count(folder, "name"),
    journalRows: count(folder, "journal"),
    statistics: counters.length,
    memory,
    seconds: Math.round((performance.now() - start) / 1000),
  };
}

/** Labels, and categories and DOM ids of labels that are known: any part can be made up. */
function inventionOf(index: number): PingInput {
  if (index % 4 == 0) return { label: "listed", category: `made-up-${index}` };
  if (index % 4 == 1) return { label: `made-up-${index}`, domId: `made-up-${index}` };
  return { label: `made-up-${index}` };
}

function count(folder: string, table: string): number {
  return selectFrom<{ rows: number }>(folder, table, `SELECT count(*) AS rows FROM ${table}`).reduce(
    (total, { rows }) => total + rows,
    0,
  );
}

export const labels: Attack = {
  document: "SECURITY.md",
  async run({ isShort }) {
    const figures = await runCardinality(isShort ? 30_000 : 1_000_000, 10_000);
    const { invented, honest, counted, wrongHonest, names, journalRows, statistics, memory } = figures;
    return {
      lines: [
        `**${whole(invented)} invented labels** became ${whole(names)} names and ${whole(journalRows)} journal rows in the object, and`,
        `${whole(statistics)} rows in D1. Of ${whole(invented + honest)} actions ${whole(counted)} were counted, and ${wrongHonest} listed or known labels wrongly.`,
        "",
        memoryTable(memory),
      ],
      failures: failuresOf({
        "a label was counted wrongly": wrongHonest > 0 || counted !== invented + honest,
        "Worker and object hold too much in memory": memory.heapMb.most > HEAP_MAX_MB,
      }),
    };
  },
};
