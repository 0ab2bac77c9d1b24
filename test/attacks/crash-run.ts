import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { encodeBatch, makeBatchId, type Batch, type TrackAnswer } from "../../packages/sdk/src/protocol.ts";
import { readCounters, selectFrom } from "../support/databases.ts";
import { Ledger, type Verdict } from "../support/ledger.ts";
import { bundleWorker, startWorker, type Worker } from "../support/worker.ts";

export interface CrashFigures extends Verdict {
  /** Or deployments. */
  crashes: number;
  /** Actions acknowledged. */
  pings: number;
  batches: number;
  /** Requests sent again since no answer came. */
  retries: number;
  /** Answers `duplicate: true`: the first had counted, its answer was lost or it was sent twice. */
  duplicates: number;
  /** Batches given up without an answer: they may count once or not at all. */
  abandoned: number;
  /** Retries with another time of the same day, under the same id. */
  corrected: number;
  flushes: number;
  /** D1 put back to what it was at an earlier crash. */
  restored: number;
  /** Starts with another number of shards than the one before. */
  resharded: number;
  /** Requests to delete days that still count, which must delete nothing. */
  deletions: number;
  reads: number;
  /** Reads below what was acknowledged before, or above what was sent after. */
  wrongReads: number;
}

const TOKEN = "the-token-of-this-crash-run";
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const CLIENTS = 64;
const KEYS = 40;
const REQUEST_TIMEOUT_MS = 10_000;

/**
 * Crashes a Worker again and again, with its data on disk, while clients send, retry and read and flushes run; then looks whether
 * each batch is in the journals, and its pings in D1, as often as they should be.
 *
 * @param isEnough asked after each crash.
 * @param end In a deployment the Worker is told to stop, and another version takes its data over.
 */
export async function runCrashes(
  isEnough: (figures: CrashFigures) => boolean,
  end: "crash" | "deployment" = "crash",
): Promise<CrashFigures> {
  const bundles = [await bundleWorker(1), await bundleWorker(2)];
  const folder = mkdtempSync(join(tmpdir(), "tracker-crash-"));
  let shards = 2;
  const start = (bundle: string): Worker =>
    startWorker(bundle, folder, { ADMIN_TOKEN: TOKEN, SHARDS: `${shards}`, MAX_LABELS_PER_DAY: "100000" });
  const ledger = new Ledger();
  const figures: CrashFigures = {
    crashes: 0,
    pings: 0,
    batches: 0,
    retries: 0,
    duplicates: 0,
    abandoned: 0,
    corrected: 0,
    flushes: 0,
    restored: 0,
    resharded: 0,
    deletions: 0,
    reads: 0,
    wrongReads: 0,
    lost: 0,
    doubled: 0,
  };
  let worker = start(bundles[0]!);
  // After D1 was put back it may not know all objects until they have announced themselves again.
  let knowsAll = true;
  const stop = new AbortController();

  const ask = async (path: string, init: RequestInit = {}): Promise<Response | undefined> => {
    try {
      const url = await worker.url;
      const response = await fetch(url + path, {
        headers: { authorization: `Bearer ${TOKEN}` },
        signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
        ...init,
      });
      // The body may be cut off, too.
      return new Response(await response.text(), response);
    } catch {
      await sleep(50);
      return undefined;
    }
  };

  const post = async (batch: Batch): Promise<TrackAnswer | undefined> => {
    const response = await ask("/track/", { method: "POST", body: encodeBatch(batch) });
    if (!response || response.status == 503) return undefined;
    if (response.status != 200) throw new Error(`${response.status} ${await response.text()}`);
    ledger.acknowledge(batch);
    return (await response.json()) as TrackAnswer;
  };

  const runClient = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      const batch = makeBatch();
      const tries = Math.random() < 0.1 ? 1 : Infinity;
      ledger.send(batch);
      let answer = await post(batch);
      for (let sent = 1; !answer && sent < tries; sent++) {
        figures.retries++;
        const isCorrected = Math.random() < 0.3;
        if (isCorrected) figures.corrected++;
        answer = await post(isCorrected ? { ...batch, at: anotherTimeOf(batch.at) } : batch);
      }
      if (!answer) figures.abandoned++;
      else if (answer.duplicate) figures.duplicates++;
      if (answer && Math.random() < 0.05 && (await post(batch))?.duplicate) figures.duplicates++;
    }
  };

  const runFlushes = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      await sleep(Math.random() * 600);
      const isTwice = Math.random() < 0.3;
      const answers = await Promise.all(Array.from({ length: isTwice ? 2 : 1 }, () => ask("/report/")));
      figures.flushes += answers.filter((answer) => answer?.ok).length;
    }
  };

  const runDeletions = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      await sleep(Math.random() * 2_000);
      // None of these days is closed: the one deletes nothing, the other is refused.
      const what = Math.random() < 0.5 ? `label=label-${Math.floor(Math.random() * KEYS)}` : daysOfRun();
      const answer = await ask(`/api/statistics?${what}`, { method: "DELETE" });
      if (answer && answer.status != 503) figures.deletions++;
    }
  };

  /** As the cron does each hour. */
  const announceAgain = async (): Promise<void> => {
    while (!(await ask(`/cdn-cgi/local/scheduled?time=${HOUR_MS}`))?.ok) await sleep(50);
  };

  const runReads = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      await sleep(Math.random() * 300);
      if (!knowsAll) {
        await announceAgain();
        knowsAll = true;
      }
      const domId = `d${Math.floor(Math.random() * KEYS)}`;
      const { acknowledged } = ledger.rangeOf(domId);
      const count = await readCount(ask, domId);
      if (count === undefined || !knowsAll) continue;
      figures.reads++;
      if (count < acknowledged || count > ledger.rangeOf(domId).sent) figures.wrongReads++;
    }
  };

  const loops = [...Array.from({ length: CLIENTS }, runClient), runFlushes(), runDeletions(), runReads()];
  const failed = Promise.all(loops);
  failed.catch(() => stop.abort());
  const earlier = mkdtempSync(join(tmpdir(), "tracker-crash-earlier-"));
  do {
    await (end === "deployment" ? stopSoon(worker) : crashSoon(worker));
    figures.crashes++;
    Object.assign(figures, { pings: ledger.pings, batches: ledger.batches.size });
    if (Math.random() < 0.3) {
      shards = shards == 2 ? 3 : 2;
      figures.resharded++;
    }
    if (figures.crashes % 3 == 1) copyD1(folder, earlier);
    else if (figures.crashes % 3 == 0) {
      copyD1(earlier, folder);
      figures.restored++;
      knowsAll = false;
    }
    worker = start(bundles[end === "deployment" ? figures.crashes % 2 : 0]!);
  } while (!stop.signal.aborted && !isEnough(figures));
  stop.abort();
  try {
    await failed;
    await announceAgain();
    while (!(await ask("/report/"))?.ok) figures.retries++;
  } finally {
    await worker.kill();
  }

  const inCounters = ledger.judgeCounters(readCounters(folder));
  const inJournals = ledger.judgeBatches(readBatchIds(folder));
  for (const path of [folder, earlier]) rmSync(path, { recursive: true });
  return {
    ...figures,
    pings: ledger.pings,
    batches: ledger.batches.size,
    lost: inCounters.lost + inJournals.lost,
    doubled: inCounters.doubled + inJournals.doubled,
  };
}

/** Kills it at a random moment: mostly under load, sometimes before it has started. */
async function crashSoon(worker: Worker): Promise<void> {
  if (Math.random() < 0.1) await sleep(Math.random() * 1_000);
  else {
    await worker.url;
    await sleep(Math.random() * 4_000);
  }
  await worker.kill();
}

async function stopSoon(worker: Worker): Promise<void> {
  await worker.url;
  await sleep(Math.random() * 2_000);
  await worker.stop();
}

/** Mostly of now, the others of the day and the day before; each with ten keys. */
function makeBatch(): Batch {
  const age = Math.random() < 0.7 ? 0 : Math.random() * 40 * HOUR_MS;
  const first = Math.floor(Math.random() * KEYS);
  const pings = Array.from({ length: 10 }, (_, index) => {
    const key = (first + index) % KEYS;
    return { label: `label-${key}`, category: "crash", domId: `d${key}`, count: 1 + Math.floor(Math.random() * 9) };
  });
  return { id: makeBatchId(), at: Math.floor(Date.now() - age), pings };
}

/** A time of the same day that a sender may believe in, too. */
function anotherTimeOf(at: number): number {
  const midnight = at - (at % DAY_MS);
  const last = Math.min(midnight + DAY_MS - 1, Date.now());
  const first = Math.max(midnight, Date.now() - 47 * HOUR_MS);
  return Math.floor(first + Math.random() * (last - first));
}

/** Makes D1 in one folder what it is in another. Nothing may have it open. */
function copyD1(from: string, to: string): void {
  rmSync(join(to, "d1"), { recursive: true, force: true });
  cpSync(join(from, "d1"), join(to, "d1"), { recursive: true });
}

async function readCount(
  ask: (path: string) => Promise<Response | undefined>,
  domId: string,
): Promise<number | undefined> {
  const response = await ask(`/get_stats/?dom_ids=${domId}&${daysOfRun()}`);
  if (!response?.ok) return undefined;
  const rows = (await response.json()) as [domId: string, count: number, label: string][];
  return rows.reduce((sum, [, count]) => sum + count, 0);
}

/** The days that a run's pings are of. */
function daysOfRun(): string {
  const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
  return `from=${dayOf(Date.now() - 72 * HOUR_MS)}&to=${dayOf(Date.now() + HOUR_MS)}`;
}

/** Every batch id in every journal, as often as it stands there. */
function readBatchIds(folder: string): string[] {
  const rows = selectFrom<{ batches: string }>(folder, "journal", "SELECT batches FROM journal");
  return rows.flatMap(({ batches }) => batches.split(" "));
}
