import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { encodeBatch, makeBatchId, type Batch, type TrackAnswer } from "../../packages/sdk/src/protocol.ts";
import { readCounters, selectFrom } from "../support/databases.ts";
import { Ledger, type Verdict } from "../support/ledger.ts";
import { bundleWorker, startWorker, type Worker } from "../support/worker.ts";
import { table, whole } from "../../bench/lib/report.ts";
import { failuresOf, type Attack } from "./attack.ts";

interface CrashFigures extends Verdict {
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
  flushes: number;
  reads: number;
  /** Reads below what was acknowledged before, or above what was sent after. */
  wrongReads: number;
}

const TOKEN = "the-token-of-this-crash-run";
const HOUR_MS = 3_600_000;
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
  const settings = { ADMIN_TOKEN: TOKEN, SHARDS: "2", MAX_LABELS_PER_DAY: "100000" };
  const ledger = new Ledger();
  const figures: CrashFigures = {
    crashes: 0,
    pings: 0,
    batches: 0,
    retries: 0,
    duplicates: 0,
    abandoned: 0,
    flushes: 0,
    reads: 0,
    wrongReads: 0,
    lost: 0,
    doubled: 0,
  };
  let worker = startWorker(bundles[0]!, folder, settings);
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
        answer = await post(batch);
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

  const runReads = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      await sleep(Math.random() * 300);
      const domId = `d${Math.floor(Math.random() * KEYS)}`;
      const { acknowledged } = ledger.rangeOf(domId);
      const count = await readCount(ask, domId);
      if (count === undefined) continue;
      figures.reads++;
      if (count < acknowledged || count > ledger.rangeOf(domId).sent) figures.wrongReads++;
    }
  };

  const loops = [...Array.from({ length: CLIENTS }, runClient), runFlushes(), runReads()];
  const failed = Promise.all(loops);
  failed.catch(() => stop.abort());
  do {
    await (end === "deployment" ? stopSoon(worker) : crashSoon(worker));
    figures.crashes++;
    Object.assign(figures, { pings: ledger.pings, batches: ledger.batches.size });
    worker = startWorker(bundles[end === "deployment" ? figures.crashes % 2 : 0]!, folder, settings);
  } while (!stop.signal.aborted && !isEnough(figures));
  stop.abort();
  try {
    await failed;
    while (!(await ask("/report/"))?.ok) figures.retries++;
  } finally {
    await worker.kill();
  }

  const inCounters = ledger.judgeCounters(readCounters(folder));
  const inJournals = ledger.judgeBatches(readBatchIds(folder));
  rmSync(folder, { recursive: true });
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

async function readCount(
  ask: (path: string) => Promise<Response | undefined>,
  domId: string,
): Promise<number | undefined> {
  const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
  const range = `from=${dayOf(Date.now() - 72 * HOUR_MS)}&to=${dayOf(Date.now() + HOUR_MS)}`;
  const response = await ask(`/get_stats/?dom_ids=${domId}&${range}`);
  if (!response?.ok) return undefined;
  const rows = (await response.json()) as [domId: string, count: number, label: string][];
  return rows.reduce((sum, [, count]) => sum + count, 0);
}

/** Every batch id in every journal, as often as it stands there. */
function readBatchIds(folder: string): string[] {
  const rows = selectFrom<{ batches: string }>(folder, "journal", "SELECT batches FROM journal");
  return rows.flatMap(({ batches }) => batches.split(" "));
}

const LONG = { minutes: 10, deploymentMinutes: 1, crashes: 100, pings: 1_000_000 };
const SHORT = { minutes: 0.5, deploymentMinutes: 0.1, crashes: 1, pings: 1 };

export const crashes: Attack = {
  document: "docs/reliability.md",
  async run({ isShort }) {
    const goal = isShort ? SHORT : LONG;
    const until = (minutes: number): (() => boolean) => {
      const end = Date.now() + minutes * 60_000;
      return () => Date.now() > end;
    };
    const isOver = until(goal.minutes);
    const killed = await runCrashes((figures) => {
      if (figures.crashes % 10 == 0) console.log(JSON.stringify(figures));
      return isOver() && figures.crashes >= goal.crashes && figures.pings >= goal.pings;
    });
    const deployed = await runCrashes(until(goal.deploymentMinutes), "deployment");
    const either = (name: "lost" | "doubled" | "wrongReads"): boolean => killed[name] + deployed[name] > 0;
    return {
      lines: [crashTable(killed, deployed)],
      failures: failuresOf({
        "a ping was lost": either("lost"),
        "a ping was counted twice": either("doubled"),
        "a read was wrong": either("wrongReads"),
      }),
    };
  },
};

function crashTable(figures: CrashFigures, deployments: CrashFigures): string {
  return table(
    ["fault", "how it is injected", "times", "actions", "lost", "doubled"],
    [
      [
        "power cut",
        "SIGKILL of the process group at a random moment, data on disk, 64 clients, restart",
        whole(figures.crashes),
        whole(figures.pings),
        whole(figures.lost),
        whole(figures.doubled),
      ],
      ["request or answer lost", "by a kill; sent again until it is answered", whole(figures.retries)],
      [
        "batch counted before its retry came",
        "its answer was lost, or it is sent twice on purpose",
        whole(figures.duplicates),
      ],
      ["batch given up", "not sent again: counts once or not at all", whole(figures.abandoned)],
      [
        "flush killed, raced or repeated",
        "`/report/` all the time, in three of ten cases twice at once",
        whole(figures.flushes),
      ],
      [
        "read between",
        `must lie between what was acknowledged before and sent after; ${whole(figures.wrongReads)} did not`,
        whole(figures.reads),
      ],
      [
        "deployment",
        `workerd is told to stop and another version starts with its data; ${whole(deployments.retries)} sent again`,
        whole(deployments.crashes),
        whole(deployments.pings),
        whole(deployments.lost),
        whole(deployments.doubled),
      ],
    ].map((row) => (row.length == 3 ? [...row, ...Array.from({ length: 3 }, () => "in the above")] : row)),
  );
}
