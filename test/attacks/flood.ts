import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encodeBatch, makeBatchId, type TrackAnswer } from "../../packages/sdk/src/protocol.ts";
import { fillJournal, NAMES } from "../support/fill-journal.ts";
import { bundleWorker, useWorker } from "../support/worker.ts";
import { table, whole } from "../../bench/lib/report.ts";
import { failuresOf, type Attack } from "./attack.ts";

/** Milliseconds of a request, as the client sees it. */
interface Latency {
  p50: number;
  p99: number;
  worst: number;
}

interface FloodFigures {
  /** In the day's journal before. */
  batches: number;
  /** What they take on the disk, each. */
  bytesPerBatch: number;
  /** Batches with invented ids, sealed before all others: the dearest there are. */
  invented: number;
  flood: Latency;
  /** The first request after a restart: names and recent ids are read. */
  restartMs: number;
  /** Invented ones against an empty day, by the same number of clients. */
  floodOfEmptyDay: Latency;
  /** Honest clients of the same object during the flood. */
  honest: Latency;
  /** Honest ones that were refused, or whose retry was not known as one. */
  honestWrong: number;
  /** Different names in the journal. */
  names: number;
}

const HOUR_MS = 3_600_000;
const FLOODERS = 16;
const SETTINGS = { MAX_LABELS_PER_DAY: `${NAMES}` };
const HONEST_CLIENTS = 2;

/** Floods a day that holds many batches with invented ids of yesterday, and looks how it fares. */
async function runFlood(batches: number, invented: number): Promise<FloodFigures> {
  const bundle = await bundleWorker();
  const folder = mkdtempSync(join(tmpdir(), "tracker-flood-"));
  const empty = mkdtempSync(join(tmpdir(), "tracker-flood-"));
  const start = Date.now() - 25 * HOUR_MS;
  try {
    const floodOfEmptyDay = await useWorker(bundle, empty, SETTINGS, async (_, url) => {
      await sendMany(url, 1, start);
      return latencyOf(await sendMany(url, Math.min(invented, 5_000), start));
    });
    await useWorker(bundle, folder, SETTINGS, (_, url) => sendMany(url, 1, start));
    const { known, ...filled } = fillJournal(folder, batches, start, start + 24 * HOUR_MS);
    return await useWorker(bundle, folder, SETTINGS, async (_, url) => {
      const before = performance.now();
      await sendMany(url, 1, Date.now() - 24.5 * HOUR_MS);
      const restartMs = performance.now() - before;
      const stop = new AbortController();
      const honest: number[] = [];
      let honestWrong = 0;
      const clients = Array.from({ length: HONEST_CLIENTS }, async () => {
        while (!stop.signal.aborted) {
          const before = performance.now();
          // Late ones of the same day, one in two a retry of what was counted long ago.
          const isRetry = honest.length % 2 == 0;
          const id = isRetry ? known[Math.floor(Math.random() * known.length)]! : makeBatchId();
          const answer = await send(url, id, isRetry ? start : Date.now() - 24.5 * HOUR_MS);
          honest.push(performance.now() - before);
          if (answer?.duplicate !== isRetry) honestWrong++;
        }
      });
      const flood = latencyOf(await sendMany(url, invented, start));
      stop.abort();
      await Promise.all(clients);
      return {
        ...filled,
        invented,
        restartMs,
        flood,
        floodOfEmptyDay,
        honest: latencyOf(honest),
        honestWrong,
        names: NAMES,
      };
    });
  } finally {
    for (const path of [folder, empty]) rmSync(path, { recursive: true });
  }
}

async function sendMany(url: string, count: number, at: number): Promise<number[]> {
  const times: number[] = [];
  let left = count;
  await Promise.all(
    Array.from({ length: FLOODERS }, async () => {
      while (left-- > 0) {
        const before = performance.now();
        await send(url, makeBatchId(), at);
        times.push(performance.now() - before);
      }
    }),
  );
  return times;
}

async function send(url: string, id: string, at: number): Promise<TrackAnswer | undefined> {
  const body = encodeBatch({ id, at, pings: [{ label: "flood", category: "", domId: "", count: 1 }] });
  const response = await fetch(`${url}/track/`, { method: "POST", body });
  const answer = (await response.json()) as TrackAnswer;
  return response.ok ? answer : undefined;
}

function latencyOf(times: number[]): Latency {
  const sorted = times.toSorted((one, other) => one - other);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
  return { p50: at(0.5), p99: at(0.99), worst: at(1) };
}

export const flood: Attack = {
  document: "docs/reliability.md",
  async run({ isShort }) {
    const figures = await (isShort ? runFlood(100_000, 1_000) : runFlood(5_000_000, 100_000));
    return {
      lines: floodTable(figures),
      failures: failuresOf({ "an honest client was answered wrongly in the flood": figures.honestWrong > 0 }),
    };
  },
};

function floodTable(figures: FloodFigures): string[] {
  const row = (name: string, { p50, p99, worst }: Latency): string[] => [
    name,
    ...[p50, p99, worst].map((ms) => ms.toFixed(0)),
  ];
  return [
    `${whole(figures.invented)} invented batches of yesterday, against a day that holds ${whole(figures.batches)} batches`,
    `and ${whole(figures.names)} names, ${figures.bytesPerBatch.toFixed(0)} bytes a batch on disk. ${whole(figures.honestWrong)} honest requests were answered wrongly.`,
    "",
    table(
      ["16 clients flood, 2 are honest; ms a request", "p50", "p99", "worst"],
      [
        ["the first request after a restart, the full day", "", "", figures.restartMs.toFixed(0)],
        row("invented batches, an empty day", figures.floodOfEmptyDay),
        row("invented batches, the full day", figures.flood),
        row("late pings and retries of honest clients meanwhile", figures.honest),
      ],
    ),
  ];
}
