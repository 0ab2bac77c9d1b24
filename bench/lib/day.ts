import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "smol-toml";
import type { Flush } from "../flush.ts";
import type { Ingest } from "../ingest.ts";
import type { Visits } from "../visits.ts";
import type { Waiting } from "../waiting.ts";
import { mixOf } from "../visits/mix.ts";
import { BLOCKS, SEGMENT_IDS, SEGMENT_ROWS } from "../../packages/worker/src/journal/bloom.ts";
import { flushAfterMs } from "../../packages/worker/src/model/flush-due.ts";
import { LOG_EVENT_GB, LOG_KEPT_MONTHS, OBJECT_GB, type Operation, type Operations } from "./prices.ts";

/** What the benchmarks counted. */
export interface Counted {
  ingest: Ingest;
  waiting: Waiting;
  flush: Flush;
  visits: Visits;
}

/** A day of a site, and what it makes Cloudflare do. What is stored is in GB-months of a month of such days. */
export interface Day {
  actions: number;
  visits: number;
  batches: number;
  /** Objects that the day is counted by. */
  shards: number;
  operations: Required<Omit<Operations, "analyticsPoints" | "queueOperations">>;
}

/** Different actions that a site has, each with a DOM id. */
export const NAMES = 200;
/** Batches a second that one object is given before the day gets another; Cloudflare says 500 to 1,000 requests. */
export const BATCHES_PER_SHARD = 500;
export const DAY_SECONDS = 86_400;
export const MONTH_DAYS = 30;
/** From one run of the cron to the next. */
export const CRON_SECONDS = 120;
export const CRONS = DAY_SECONDS / CRON_SECONDS;
/** Today's objects, and those of the two days before, which still take what comes late. */
export const OPEN_DAYS = 3;
/** An object sleeps after so long without a call; the call that wakes it reads its names and the journal rows that have no filter yet. */
const SLEEPS_AFTER_SECONDS = 10;
/** Statistics are kept for ever; the price is that of a year's. */
const KEPT_DAYS = 365;
/** A row of `statistic`, with its index entry. */
const STATISTIC_BYTES = 120;
/** Of an object's time, to answer a flush. */
const ANSWER_SECONDS = 0.005;
/** An object's own, with two alarms; and in D1 its line and that it closed, each with an index entry. */
const OBJECT_OWN_ROWS = 6;
const D1_OWN_ROWS = 4;

/** A day of so many actions by visitors of the mix, spread evenly around the clock. */
export function countDay({ ingest, waiting, flush, visits }: Counted, actions: number, isLogged = readLogging()): Day {
  const mix = mixOf(visits.models);
  const batches = actions * mix.requestsPerAction;
  const shards = Math.max(1, Math.ceil(batches / DAY_SECONDS / BATCHES_PER_SHARD));
  const open = OPEN_DAYS * shards;
  const perShard = batches / DAY_SECONDS / shards;
  const journalRows = batches * at(waiting, perShard, ({ rows, batches: of }) => rows / of);
  const cpuUs = ingest.samples.find(
    ({ server, load, connections }) => server == "plain" && load == "post 10" && connections == 32,
  )!.cpuUs;

  // The flush. A known name costs what it did in the one that was counted; an object with news moves its watermark.
  const actionsPerSecond = actions / DAY_SECONDS;
  const flushSeconds = secondsToFlush(actionsPerSecond, (batches / DAY_SECONDS) * (journalRows / batches));
  const flushes = DAY_SECONDS / flushSeconds;
  const changed = expectedNames(actionsPerSecond * flushSeconds);
  const { names, changed: part } = flush.sizes[0]!;
  const withNews = shards * (1 - Math.exp(-perShard * flushSeconds));
  const newNames = expectedNames(actions);

  // Old days' objects sleep until each flush; today's, where nobody has come for a while.
  const asleep = Math.exp(-(perShard + 1 / CRON_SECONDS) * SLEEPS_AFTER_SECONDS);
  const wakes = shards * ((OPEN_DAYS - 1) * CRONS + (perShard * DAY_SECONDS + CRONS) * asleep);
  const rowsOfOne = journalRows / shards;
  const segmentRows = Math.min(SEGMENT_ROWS, (SEGMENT_IDS * journalRows) / batches);
  const readPerWake = newNames + Math.min(rowsOfOne, segmentRows) / 2;

  const workerRequests = batches + CRONS;
  // Each run of the cron asks every open object how much it has, and today's for it when that is due.
  const calls = CRONS * open + flushes * shards;
  const objectRequests = batches + calls;
  const invocations = workerRequests + objectRequests;
  const logEvents = isLogged ? invocations : 0;
  const loggedGb = logEvents * LOG_EVENT_GB * MONTH_DAYS;
  return {
    actions,
    visits: actions / mix.actionsPerVisit,
    batches,
    shards,
    operations: {
      workerRequests,
      workerCpuMs: (batches * cpuUs) / 1000 + flushes * part.ms * (changed / names),
      objectRequests,
      objectGbSeconds: (busySeconds(waiting, perShard) * shards + calls * ANSWER_SECONDS) * OBJECT_GB,
      objectRowsWritten: journalRows * (1 + BLOCKS / segmentRows) + shards * (newNames + OBJECT_OWN_ROWS),
      objectRowsRead: wakes * readPerWake + journalRows,
      objectGbMonths: (OPEN_DAYS * journalRows * bytesPerRow(waiting, perShard)) / 1e9,
      // The first time, a name's index entry too; when the day is over, its sums by label and by category.
      d1RowsWritten:
        flushes * (changed * ((part.rowsWritten - 1) / names) + withNews) + 3 * newNames + shards * D1_OWN_ROWS,
      d1RowsRead: flushes * changed * (part.rowsRead / names) + CRONS * open + 2 * newNames,
      d1GbMonths: (KEPT_DAYS * newNames * STATISTIC_BYTES) / 1e9,
      logEvents,
      logGb: loggedGb / MONTH_DAYS,
      logGbMonths: (loggedGb * LOG_KEPT_MONTHS) / MONTH_DAYS,
    },
  };
}

/** Stored at any time, not a day's. */
const STORED: readonly Operation[] = ["objectGbMonths", "d1GbMonths"];

/** What a month of such days comes to. */
export function monthOf({ operations }: Pick<Day, "operations">): Day["operations"] {
  const entries = (Object.entries(operations) as [Operation, number][]).map(([operation, count]) => [
    operation,
    STORED.includes(operation) ? count : count * MONTH_DAYS,
  ]);
  return Object.fromEntries(entries) as Day["operations"];
}

/** Whether wrangler.toml has Cloudflare keep an event for each invocation. */
export function readLogging(): boolean {
  const { observability } = parse(readFileSync(join(import.meta.dirname, "../../wrangler.toml"), "utf8")) as {
    observability?: { enabled?: boolean; logs?: { enabled?: boolean; invocation_logs?: boolean } };
  };
  const isOn = observability?.logs?.enabled ?? observability?.enabled ?? false;
  return isOn && observability?.logs?.invocation_logs !== false;
}

/** How long counts wait for a flush: until a run of the cron finds it due. */
function secondsToFlush(actionsPerSecond: number, rowsPerSecond: number): number {
  let seconds = CRON_SECONDS;
  const isDue = (): boolean => {
    const unflushed = { names: expectedNames(actionsPerSecond * seconds), rows: rowsPerSecond * seconds };
    return seconds * 1000 >= flushAfterMs(unflushed);
  };
  while (!isDue()) seconds += CRON_SECONDS;
  return seconds;
}

/** How many of the names are drawn at least once. */
function expectedNames(actions: number): number {
  return NAMES * (1 - (1 - 1 / NAMES) ** actions);
}

type Rate = Waiting["rates"][number];

/** What was measured at the rate next below; a rate below all is that of the lowest. */
function rateAt({ rates }: Waiting, batchesPerSecond: number): Rate {
  return rates.findLast((rate) => rate.batchesPerSecond <= batchesPerSecond) ?? rates[0]!;
}

function at(waiting: Waiting, batchesPerSecond: number, of: (rate: Rate) => number): number {
  return of(rateAt(waiting, batchesPerSecond));
}

/** Of a day, that an object is busy. Below the lowest measured rate each batch is alone, and takes as long as one does there. */
function busySeconds(waiting: Waiting, batchesPerSecond: number): number {
  const rate = rateAt(waiting, batchesPerSecond);
  const share = Math.min(1, batchesPerSecond / rate.batchesPerSecond);
  return DAY_SECONDS * rate.busy * share;
}

/** Measured where there are enough rows to fill pages. */
function bytesPerRow(waiting: Waiting, batchesPerSecond: number): number {
  const rate = rateAt(waiting, Math.max(batchesPerSecond, 100));
  return rate.bytes / rate.rows;
}
