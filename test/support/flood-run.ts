import { globSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { encodeBatch, makeBatchId, type TrackAnswer } from "../../packages/sdk/src/protocol.ts";
import { buildFilter, makeHasher, SEGMENT_ROWS } from "../../packages/worker/src/day-counter/bloom.ts";
import { GROUP_MAX } from "../../packages/worker/src/day-counter/group-commit.ts";
import { heapBytesOf } from "./heap.ts";
import { bundleWorker, startWorker, type Worker } from "./worker.ts";

/** Milliseconds of a request, as the client sees it. */
export interface Latency {
  p50: number;
  p99: number;
  worst: number;
}

export interface FloodFigures {
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
  /** Different names in the journal, and all of them in its tail: D1 has nothing of the day. */
  names: number;
  /**
   * What the object holds in memory at its caps: all names, the whole tail, and the ids of an unfinished segment; before or after
   * the flood, whichever is more.
   */
  heapBytes: number;
  /** The filters beside it, which the inspector does not see: all of them were read. */
  filterBytes: number;
}

const HOUR_MS = 3_600_000;
const BATCHES_A_ROW = 20;
// After the last full segment, where the object holds the ids themselves: as many of them as there can be, but for some rows.
const UNFINISHED_ROWS = SEGMENT_ROWS - 10;
const NAMES = 100_000;
const FLOODERS = 16;
const SETTINGS = { PUBLIC_STATS: "true", MAX_LABELS_PER_DAY: String(NAMES) };
const HONEST_CLIENTS = 2;

/** Floods a day that holds many batches with invented ids of yesterday, and looks how it fares. */
export async function runFlood(batches: number, invented: number): Promise<FloodFigures> {
  const bundle = await bundleWorker();
  const folder = mkdtempSync(join(tmpdir(), "tracker-flood-"));
  const empty = mkdtempSync(join(tmpdir(), "tracker-flood-"));
  const start = Date.now() - 25 * HOUR_MS;
  try {
    const [floodOfEmptyDay, heapOfEmptyDay] = await withWorker(bundle, empty, async (url, worker) => {
      await sendMany(url, 1, start);
      const latency = latencyOf(await sendMany(url, Math.min(invented, 5_000), start));
      return [latency, await heapOf(worker)];
    });
    await withWorker(bundle, folder, (url) => sendMany(url, 1, start));
    const { known, filterBytes } = fillJournal(folder, batches, start);
    const bytesPerBatch = sizeOf(folder) / batches;
    return await withWorker(bundle, folder, async (url, worker) => {
      const before = performance.now();
      await sendMany(url, 1, Date.now() - 24.5 * HOUR_MS);
      const restartMs = performance.now() - before;
      await sendMany(url, 1, start);
      const heapBefore = await heapOf(worker);
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
      const heapBytes = Math.max(heapBefore, await heapOf(worker)) - heapOfEmptyDay;
      return {
        batches,
        bytesPerBatch,
        invented,
        restartMs,
        flood,
        floodOfEmptyDay,
        honest: latencyOf(honest),
        honestWrong,
        names: NAMES,
        heapBytes,
        filterBytes,
      };
    });
  } finally {
    for (const path of [folder, empty]) rmSync(path, { recursive: true });
  }
}

async function withWorker<Result>(
  bundle: string,
  folder: string,
  use: (url: string, worker: Worker) => Promise<Result>,
): Promise<Result> {
  const worker = startWorker(bundle, folder, SETTINGS);
  try {
    return await use(await worker.url, worker);
  } finally {
    await worker.kill();
  }
}

/** Memory once the object has everything it may hold: a read makes it sum its whole tail. */
async function heapOf(worker: Worker): Promise<number> {
  const days = `from=${dayOf(Date.now() - 48 * HOUR_MS)}&to=${dayOf(Date.now())}`;
  const answer = await fetch(`${await worker.url}/get_stats/?dom_ids=flood-1&${days}`);
  if (!answer.ok) throw new Error(await answer.text());
  await answer.text();
  return heapBytesOf({ url: await worker.url, inspector: await worker.inspector });
}

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
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

/** Writes what the object itself would have written in a day, quicker. Returns some of the ids, and the size of all filters. */
function fillJournal(folder: string, batches: number, start: number): { known: string[]; filterBytes: number } {
  const database = new DatabaseSync(findJournal(folder));
  const { source } = database.prepare("SELECT source FROM state").get() as { source: string };
  const hash = makeHasher(source);
  const insertRow = database.prepare("INSERT INTO journal VALUES (?, ?, ?, ?)");
  const insertName = database.prepare("INSERT OR REPLACE INTO name VALUES (?, '', ?, 'flood', ?)");
  const insertFilter = database.prepare("INSERT INTO filter VALUES (?, ?, ?, ?)");
  const known: string[] = [];
  let filterBytes = 0;
  database.exec("DELETE FROM journal; BEGIN");
  // Beyond Latin-1, so two bytes a character: what names may take in memory is then nearly taken.
  for (let name = 1; name <= NAMES; name++) insertName.run(name, `洪水的一個標籤 ${name}`, `flood-${name}`);
  const fullRows = Math.ceil(batches / BATCHES_A_ROW / SEGMENT_ROWS) * SEGMENT_ROWS;
  const rows = fullRows + UNFINISHED_ROWS;
  let segment: string[] = [];
  for (let row = 1; row <= rows; row++) {
    const at = start + Math.floor((row / rows) * 24 * HOUR_MS);
    const ids = Array.from({ length: row > fullRows ? GROUP_MAX : BATCHES_A_ROW }, makeBatchId);
    const pings = ids.map((_, index) => [((row * BATCHES_A_ROW + index) % NAMES) + 1, 1]);
    insertRow.run(row, at, ids.join(" "), JSON.stringify(pings));
    segment.push(...ids);
    if (row % SEGMENT_ROWS == 0) {
      const blocks = buildFilter(segment.map(hash), segment.length);
      blocks.forEach((bits, block) => insertFilter.run(block, row, at, bits));
      filterBytes += blocks.reduce((sum, { length }) => sum + length, 0);
      known.push(segment[0]!);
      segment = [];
    }
  }
  database.exec("COMMIT");
  database.close();
  return { known, filterBytes };
}

function findJournal(folder: string): string {
  return globSync(join(folder, "do/tracker-DayCounter/*.sqlite")).find((file) => !file.endsWith("metadata.sqlite"))!;
}

function sizeOf(folder: string): number {
  return globSync(`${findJournal(folder)}*`).reduce((sum, file) => sum + statSync(file).size, 0);
}

function latencyOf(times: number[]): Latency {
  const sorted = times.toSorted((one, other) => one - other);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
  return { p50: at(0.5), p99: at(0.99), worst: at(1) };
}
