import { globSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { encodeBatch, makeBatchId } from "../../packages/sdk/src/protocol.ts";
import { readCounters, selectFrom } from "../support/databases.ts";
import { fillJournal, NAMES } from "../support/fill-journal.ts";
import { watchMemory, type MemoryFigures } from "../support/memory.ts";
import { pin } from "../support/processes.ts";
import { bundleWorker, useWorker, type Worker } from "../support/worker.ts";
import { table, whole } from "../../bench/lib/report.ts";
import { failuresOf, HEAP_MAX_MB, type Attack } from "./attack.ts";

interface OutageFigures {
  /** Seconds of each load. */
  seconds: number;
  /** Batches a second that the Worker counted without D1, on one core. */
  rate: number;
  hours: number;
  /** Batches a second in these hours. */
  hourRate: number;
  /** Of the hour, in the journal; each of one ping. */
  batches: number;
  names: number;
  bytesPerBatch: number;
  /** An object that has counted one ping. */
  before: MemoryFigures;
  /** After a load at the highest rate, without D1. */
  load: MemoryFigures;
  /** Started again with the hour's batches: names, ids and all filters there is room for were read from the disk. */
  restart: MemoryFigures;
  /** After a load at the highest rate on top of them. */
  loadAfterHour: MemoryFigures;
  /** D1 is back: a read of all that it does not have. */
  read: MemoryFigures;
  /** D1 takes it all. */
  flush: MemoryFigures;
  /** Rows that D1 wrote for it in `statistic`. */
  written: number;
  /** Actions that D1 has in the end, less those that were counted. */
  wrong: number;
}

const TOKEN = "the-token-of-this-outage-run";
const SETTINGS = { ADMIN_TOKEN: TOKEN, MAX_LABELS_PER_DAY: `${NAMES}` };
const CONNECTIONS = 64;
const HOUR_MS = 3_600_000;
// What an object takes a second at the most. https://developers.cloudflare.com/durable-objects/platform/limits/
const FULL_RATE = 1_000;

/**
 * Lets a Worker count for an hour without D1, at the highest rate there is, and looks what it holds in memory.
 *
 * What grows with time are journal rows, on the disk; in memory only what `fillJournal` fills to its caps. So the hour is not waited
 * for: its batches are put into the journal.
 *
 * @param seconds Of load before and after the hour.
 * @param hours Less than one for a test.
 */
async function runOutage(seconds: number, hours = 1): Promise<OutageFigures> {
  const bundle = await bundleWorker();
  const folder = mkdtempSync(join(tmpdir(), "tracker-outage-"));
  const run = <Result>(use: (worker: Worker, url: string) => Promise<Result>): Promise<Result> =>
    useWorker(bundle, folder, SETTINGS, (worker, url) => {
      pin(worker.pid);
      return use(worker, url);
    });
  // An hour that is over, in one day: what is sent then is counted by the same object.
  const at = Date.now() - 25 * HOUR_MS;
  const since = Math.min(at, new Date(at).setUTCHours(22, 0, 0, 0));
  try {
    const before = await run((worker, url) => watchMemory(worker, () => count(url, since)));
    setDatabaseAway(folder, true);
    let counted = 0;
    const floodFrom = (url: string, at: number) => async () => {
      counted = await flood(url, at, seconds);
    };
    const load = await run((worker, url) => watchMemory(worker, floodFrom(url, since)));
    const rate = Math.round(counted / seconds);
    const hourRate = Math.max(rate, FULL_RATE);
    const filled = fillJournal(folder, hourRate * hours * 3_600, since, since + hours * HOUR_MS);
    const [restart, loadAfterHour] = await run(async (worker, url) => {
      // As if sealed when the hour began: its id is looked for in all filters.
      const restart = await watchMemory(worker, () => count(url, since));
      return [restart, await watchMemory(worker, floodFrom(url, since + hours * HOUR_MS))];
    });
    setDatabaseAway(folder, false);
    const day = new Date(since).toISOString().slice(0, 10);
    const [read, flush] = await run(async (worker, url) => [
      await watchMemory(worker, () => ask(`${url}/get_stats/?dom_ids=flood-1&from=${day}&to=${day}`)),
      await watchMemory(worker, () => ask(`${url}/report/`)),
    ]);
    const [{ written } = { written: 0 }] = selectFrom<{ written: number }>(
      folder,
      "flush",
      "SELECT written FROM flush",
    );
    const inD1 = [...readCounters(folder).values()].reduce((sum, counter) => sum + counter, 0);
    return {
      seconds,
      rate,
      hours,
      hourRate,
      batches: filled.batches,
      names: NAMES,
      bytesPerBatch: filled.bytesPerBatch,
      before,
      load,
      restart,
      loadAfterHour,
      read,
      flush,
      written,
      wrong: inD1 - filled.batches - counted - 1,
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Without its list of objects D1 takes nothing, and nobody can be flushed or read. */
function setDatabaseAway(folder: string, isAway: boolean): void {
  const [from, to] = isAway ? (["flush", "flush_away"] as const) : (["flush_away", "flush"] as const);
  for (const file of globSync(join(folder, "d1/**/*.sqlite"))) {
    const database = new DatabaseSync(file);
    const isThere = database.prepare("SELECT 1 FROM sqlite_master WHERE name = ?").get(from);
    if (isThere) database.exec(`ALTER TABLE ${from} RENAME TO ${to}`);
    database.close();
  }
}

/** Sends batches of one ping one after the other on many connections. Returns how many were counted. */
async function flood(url: string, at: number, seconds: number): Promise<number> {
  const end = performance.now() + seconds * 1_000;
  let counted = 0;
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      while (performance.now() < end) {
        await count(url, at);
        counted++;
      }
    }),
  );
  return counted;
}

/** Counts one batch of one ping. @throws when it is not counted. */
async function count(url: string, at: number): Promise<void> {
  const ping = { label: "after", category: "", domId: "", count: 1 };
  const body = encodeBatch({ id: makeBatchId(), at, pings: [ping] });
  const answer = await fetch(`${url}/track/`, { method: "POST", body });
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
  await answer.arrayBuffer();
}

async function ask(url: string): Promise<void> {
  const answer = await fetch(url, { headers: { authorization: `Bearer ${TOKEN}` } });
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
  await answer.arrayBuffer();
}

export const outage: Attack = {
  document: "docs/reliability.md",
  async run({ isShort }) {
    const figures = await (isShort ? runOutage(2, 0.02) : runOutage(60, 1));
    const { before, load, restart, loadAfterHour, wrong } = figures;
    return {
      lines: outageTable(figures),
      failures: failuresOf({
        "the object holds too much in memory": [before, load, restart, loadAfterHour].some(
          ({ heapMb }) => heapMb.most > HEAP_MAX_MB,
        ),
        "the hour without D1 was counted wrongly": wrong !== 0,
      }),
    };
  },
};

function outageTable(figures: OutageFigures): string[] {
  const steps: [step: string, memory: MemoryFigures][] = [
    ["an object that has counted one ping", figures.before],
    [`${figures.seconds} s at ${whole(figures.rate)} batches a second, without D1`, figures.load],
    ["started again with these batches, all filters read", figures.restart],
    [`${figures.seconds} s more at the highest rate, without D1`, figures.loadAfterHour],
    ["D1 is back: a read of all that it lacks", figures.read],
    [`D1 takes it all, in ${whole(figures.written)} rows`, figures.flush],
  ];
  return [
    `${figures.hours == 1 ? "An hour" : `${figures.hours} hours`} without D1 at ${whole(figures.hourRate)} batches a second: ${whole(figures.batches)} batches and ${whole(figures.names)} names in the object, and nothing of it in`,
    `D1. With time only the disk fills, by ${figures.bytesPerBatch.toFixed(0)} bytes a batch; in memory are the names, at their cap, the filters and the ids of the last`,
    `thousand rows. *Heap* is what Worker and object hold, after a garbage collection, at the end of a step; *workerd* is the`,
    `whole process, with garbage and D1. In the end ${whole(Math.abs(figures.wrong))} actions were counted wrongly.`,
    "",
    table(
      ["MB, on one core", "heap", "workerd before", "workerd at the most"],
      steps.map(([step, { heapMb, workerdMb }]) => [
        step,
        ...[heapMb.after, workerdMb.before, workerdMb.most].map(whole),
      ]),
    ),
  ];
}
