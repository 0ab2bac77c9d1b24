import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { parse } from "smol-toml";
import {
  BATCH_MAX_PINGS,
  CATEGORY_MAX_CHARS,
  DOM_ID_MAX_CHARS,
  LABEL_MAX_CHARS,
} from "../packages/sdk/src/protocol/limits.ts";
import {
  FILTERS_MAX_BYTES,
  GROUP_MAX,
  QUICK_ROWS,
  SITE_NAMES_MAX_BYTES,
  SLOW_WINDOW_MS,
} from "../packages/worker/src/journal/limits.ts";
import { BITS_PER_ID, BLOCKS, SEGMENT_IDS } from "../packages/worker/src/journal/bloom.ts";
import { FLUSH_WITHIN_MS, flushAfterMs, ROWS_MAX } from "../packages/worker/src/model/flush-due.ts";
import { CRON_SECONDS, CRONS, DAY_SECONDS, OPEN_DAYS, readLogging } from "./lib/day.ts";
import { LOG_EVENT_GB, OBJECT_GB, price, type Operation, type Operations } from "./lib/prices.ts";
import { table, whole, type Bench } from "./lib/report.ts";
import type { Ingest } from "./ingest.ts";

const ROOT = join(import.meta.dirname, "..");
/** Requests a second that Cloudflare gives to an object. https://developers.cloudflare.com/durable-objects/platform/limits/ */
const OBJECT_REQUESTS_PER_SECOND = 1_000;
/** What an object may store; a write beyond fails. https://developers.cloudflare.com/durable-objects/platform/limits/ */
const OBJECT_MAX_GB = 10;
/** `[1234,1],` in a journal row. */
const JOURNAL_PING_BYTES = 9;
const SEGMENT_BYTES = (SEGMENT_IDS * BITS_PER_ID) / 8;
/** Stored blocks of filters that one thread reads a second, about. */
const BLOCKS_PER_SECOND = 200_000;

/** A day of an attack that goes on for days, on one site and one shard, at the default settings. */
interface Attack {
  name: string;
  requests: number;
  operations: Operations;
}

export interface Bill {
  attacks: Attack[];
  /** What D1 stores of a day whose names are as many and as long as they may be. */
  storedBytes: number;
}

/** The most that an attack can make an owner pay: the limits of the code, times prices. */
export const bill: Bench<Bill> = {
  title: "What an attack can cost",

  measure(results) {
    const { ingest } = results as { ingest?: Ingest };
    if (!ingest) throw new Error("it stands on others' counts: npm run bench ingest bill");
    const storedBytes = measureStoredBytes();
    return Promise.resolve({ attacks: countAttacks(ingest, storedBytes), storedBytes });
  },

  render({ attacks, storedBytes }) {
    const [first] = attacks;
    const rows = Object.keys(WHAT).map((operation) => {
      const cells = attacks.flatMap(({ operations }) => {
        const count = operations[operation as Operation] ?? 0;
        return [formatCount(count), formatDollars(price({ [operation]: count }))];
      });
      return [WHAT[operation as keyof typeof WHAT], ...cells];
    });
    const totals = attacks.flatMap(({ operations }) => ["", `**${formatDollars(price(operations))}**`]);
    return `The most that an attack can make an owner pay, for a day of an attack that goes on for days: one site, one shard, the default settings, and prices
beyond what Workers Paid includes. Three days' objects are open at once, because a batch may be two days old.

${table(["a day of", ...attacks.flatMap(({ name }) => [name, "dollars"])], [...rows, ["**together**", ...totals]])}

**What the code bounds.** Rows and bytes, whatever is sent: names by \`MAX_LABELS_PER_DAY\` and ${SITE_NAMES_MAX_BYTES / 1e6} MB, so D1's rows by names, flushes (every ${FLUSH_WITHIN_MS / 60_000} minutes where many changed) and open days, and its bytes
(${whole(storedBytes / 1e6)} MB a day at the most, so that its 10 GB would be full after ${whole(10e9 / storedBytes)} days); journal rows by a million a day, then ${1000 / SLOW_WINDOW_MS} a second and 1 for each ${GROUP_MAX} batches.
Requests of one address by the rate limit. Logs by \`invocation_logs = false\`.

**What it cannot bound.** How many addresses come, and so how many requests reach the Worker: each is billed, also a refused one. The second column
is what three objects take at Cloudflare's ${whole(OBJECT_REQUESTS_PER_SECOND)} requests a second each; what is beyond is refused, at $${formatDollars(price({ workerRequests: 1e6 }))} a million and without a row.
Nor the bytes of journals: full batches of one address fill an object's ${OBJECT_MAX_GB} GB in ${whole(hoursToFill())} hours; from then on that day takes no more pings.
More sites and more shards have as many names and objects each. On Workers Free all of this costs nothing: what is used up stops until midnight UTC.

**What lowers it.** \`LABELS\` without patterns, or a lower \`MAX_LABELS_PER_DAY\`: D1's rows, ${shareOfD1(first!)}% of the first column, follow it in proportion.`;
  },
};

const WHAT = {
  workerRequests: "requests to the Worker",
  workerCpuMs: "CPU time, ms",
  objectRequests: "requests to objects",
  objectGbSeconds: "objects awake, GB-s",
  objectRowsWritten: "rows written in objects",
  objectRowsRead: "rows read in objects",
  d1RowsWritten: "rows written in D1",
  d1RowsRead: "rows read in D1",
  logGb: "logs, GB",
  objectGbMonths: "stored in objects, GB-months",
  d1GbMonths: "stored in D1, GB-months",
} satisfies Partial<Record<Operation, string>>;

/** What the limits come to, for as many requests as one address may send, and as many as three objects take. */
export function countAttacks(ingest: Ingest, storedBytes: number): Attack[] {
  const { ratelimits } = readWranglerToml();
  const { limit, period } = ratelimits.find(({ name }) => name == "RATE_LIMIT")!.simple;
  return [
    { name: "one address", requests: (limit / period) * DAY_SECONDS },
    { name: "all that the objects take", requests: OPEN_DAYS * OBJECT_REQUESTS_PER_SECOND * DAY_SECONDS },
  ].map(({ name, requests }) => ({ name, requests, operations: countAttack(requests, ingest, storedBytes) }));
}

function countAttack(requests: number, ingest: Ingest, storedBytes: number): Operations {
  const names = Number(readWranglerToml().vars["MAX_LABELS_PER_DAY"]);
  const slowRows = OPEN_DAYS * (DAY_SECONDS / (SLOW_WINDOW_MS / 1000)) + requests / GROUP_MAX;
  const journalRows = Math.min(requests, QUICK_ROWS + slowRows);
  const objectRequests = requests + 2 * CRONS * OPEN_DAYS;
  // Each open day is flushed as often as its names allow, and once more for each ROWS_MAX of its journal's rows.
  const changed = OPEN_DAYS * mostChanged(names) + (journalRows / ROWS_MAX) * names;
  // A day's ids fill so many segments. A look-up reads a row for each that has no room in memory.
  const segments = requests / SEGMENT_IDS;
  const onDisk = Math.max(0, segments - FILTERS_MAX_BYTES / SEGMENT_BYTES);
  const lookUps = Math.min(requests * onDisk, OPEN_DAYS * DAY_SECONDS * BLOCKS_PER_SECOND);
  return {
    workerRequests: requests + CRONS,
    workerCpuMs: requests * cpuMsOfFullBatch(ingest),
    objectRequests,
    objectGbSeconds: OPEN_DAYS * DAY_SECONDS * OBJECT_GB,
    objectRowsWritten: journalRows + BLOCKS * segments + names,
    objectRowsRead: journalRows + CRONS * OPEN_DAYS + lookUps,
    // A new name's index entry too; when its day is over, its sums.
    d1RowsWritten: changed + CRONS * OPEN_DAYS + 3 * names,
    d1RowsRead: changed,
    logGb: readLogging() ? (requests + objectRequests) * LOG_EVENT_GB : 0,
    objectGbMonths: (OPEN_DAYS * OBJECT_MAX_GB) / 30,
    d1GbMonths: storedBytes / 1e9,
  };
}

/** The most rows that a day's flushes can be made to write: many names at once wait, so fewer may cost as much. */
function mostChanged(names: number): number {
  const changed = Array.from({ length: names }, (_, index) => {
    const cronsApart = Math.ceil(flushAfterMs({ names: index + 1, rows: 0 }) / 1000 / CRON_SECONDS);
    return (index + 1) * (CRONS / Math.max(1, cronsApart));
  });
  return changed.reduce((most, one) => Math.max(most, one), 0);
}

/** From what more pings in a batch took more, on the machine that measured. */
function cpuMsOfFullBatch({ samples }: Ingest): number {
  const cpuUs = (load: string): number =>
    samples.find((sample) => sample.server == "plain" && sample.load == load && sample.connections == 32)!.cpuUs;
  const perPing = Math.max(0, (cpuUs("post 50") - cpuUs("post 1")) / 49);
  return (cpuUs("post 1") + perPing * BATCH_MAX_PINGS) / 1000;
}

/** The most of two days: one with as many names as there may be, and one with names as long as they may be. */
function measureStoredBytes(): number {
  const most = Number(readWranglerToml().vars["MAX_LABELS_PER_DAY"]);
  const longest = 4 * (LABEL_MAX_CHARS + CATEGORY_MAX_CHARS + DOM_ID_MAX_CHARS);
  return Math.max(storeNames(most, SITE_NAMES_MAX_BYTES / most), storeNames(SITE_NAMES_MAX_BYTES / longest, longest));
}

/** Fills the tables of the migrations with a day of names, and its sums. Returns what they take. */
function storeNames(names: number, bytesOfOne: number): number {
  const database = new DatabaseSync(":memory:");
  const migrations = join(ROOT, "packages/worker/migrations");
  for (const file of readdirSync(migrations).toSorted()) database.exec(readFileSync(join(migrations, file), "utf8"));
  const text = (share: number): string => `printf('%07d', value) || '${"x".repeat(bytesOfOne * share - 7)}'`;
  const many = `WITH RECURSIVE names(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM names WHERE value < ${names})`;
  database.exec(`
    INSERT INTO statistic (site, day, label, category, dom_id, counter)
      ${many} SELECT '', '2026-01-01', ${text(0.4)}, ${text(0.2)}, ${text(0.4)}, value FROM names;
    INSERT INTO day_sum (site, kind, day, name, counter)
      SELECT site, 'label', day, label, counter FROM statistic
      UNION ALL SELECT site, 'category', day, category, counter FROM statistic;
  `);
  const { bytes } = database
    .prepare("SELECT page_count * page_size AS bytes FROM pragma_page_count, pragma_page_size")
    .get() as { bytes: number };
  database.close();
  return bytes;
}

function readWranglerToml(): {
  vars: Record<string, string>;
  ratelimits: { name: string; simple: { limit: number; period: number } }[];
} {
  return parse(readFileSync(join(ROOT, "wrangler.toml"), "utf8")) as never;
}

/** Each in a row of its own, as quick as one address may. */
function hoursToFill(): number {
  const { limit, period } = readWranglerToml().ratelimits.find(({ name }) => name == "RATE_LIMIT")!.simple;
  return (OBJECT_MAX_GB * 1e9) / (BATCH_MAX_PINGS * JOURNAL_PING_BYTES) / (limit / period) / 3_600;
}

function shareOfD1({ operations }: Attack): number {
  return Math.round((100 * price({ d1RowsWritten: operations.d1RowsWritten ?? 0 })) / price(operations));
}

function formatCount(count: number): string {
  return count >= 100 ? whole(count) : String(Number(count.toFixed(2)));
}

function formatDollars(dollars: number): string {
  return dollars.toFixed(2);
}
