import type { Flush } from "./flush.ts";
import type { Ingest } from "./ingest.ts";
import { FREE_A_DAY, price, PRICES, PRICES_OF, type Operations } from "./lib/prices.ts";
import { short, table, whole, type Bench } from "./lib/report.ts";
import type { Waiting } from "./waiting.ts";

const MILLION = 1_000_000;
const PINGS_PER_SECOND = [1, 100, 10_000];
const PINGS_PER_BATCH = [1, 5, 20];
/** Different pings that a site has: as many as the open loop draws from. */
const NAMES = 200;
const FLUSH_SECONDS = 120;
const OBJECT_GB = 0.125;
/** Batches a second that one object is given before the day gets another; Cloudflare says 500 to 1,000 requests. */
export const BATCHES_PER_SHARD = 500;

interface Case {
  pingsPerSecond: number;
  pingsPerBatch: number;
  shards: number;
  /** For a million pings. */
  operations: Operations;
  /** The rows of `operations` that are D1's. */
  d1Rows: number;
}

export interface Cost {
  cases: Case[];
}

/** What was counted by the benchmarks before this one. */
export interface Counted {
  ingest: Ingest;
  waiting: Waiting;
  flush: Flush;
}

/** Dollars for a million pings: operations that were counted, times prices. */
export const cost: Bench<Cost> = {
  title: "Cost",

  measure(results) {
    const counted = results as Partial<Counted>;
    if (!counted.ingest || !counted.waiting || !counted.flush) {
      throw new Error("it stands on others' counts: npm run bench ingest waiting flush cost");
    }
    const cases = PINGS_PER_SECOND.flatMap((pingsPerSecond) =>
      PINGS_PER_BATCH.map((pingsPerBatch) => countCase(counted as Counted, pingsPerSecond, pingsPerBatch)),
    );
    return Promise.resolve({ cases });
  },

  render({ cases }) {
    const terms = ["workerRequests", "workerCpuMs", "objectRequests", "objectGbSeconds"] as const;
    return `For a million pings of ${NAMES} different actions, counted around the clock, in dollars at Cloudflare's prices of ${PRICES_OF} and
without what the plan includes: Worker requests $${PRICES.workerRequests.toFixed(2)} a million, CPU $${PRICES.workerCpuMs} a million ms, object requests
$${PRICES.objectRequests}, GB-seconds $${PRICES.objectGbSeconds} (an object is 128 MB and never sleeps here), rows written $${PRICES.rowsWritten}, read $${PRICES.rowsRead}.
Requests and calls are one a batch, by construction. Journal rows are those that the open loop wrote at this rate, D1 rows those of
a real flush, CPU that of the same Worker without an object on this machine. One object takes ${BATCHES_PER_SHARD} batches/s.

${table(
  [
    "pings/s",
    "pings a batch",
    "objects",
    "requests",
    "CPU",
    "calls",
    "objects awake",
    "journal rows",
    "D1 rows",
    "**$ a million pings**",
    "one row a ping",
    "Analytics Engine",
    "Queues",
    "free plan",
  ],
  cases.map((one) => {
    const { pingsPerSecond, pingsPerBatch, shards, operations, d1Rows } = one;
    return [
      whole(pingsPerSecond),
      pingsPerBatch,
      shards,
      ...terms.map((term) => dollars(price({ [term]: operations[term] ?? 0 }))),
      dollars(price({ rowsWritten: operations.rowsWritten! - d1Rows })),
      dollars(price({ rowsWritten: d1Rows, rowsRead: operations.rowsRead! })),
      `**${dollars(dollarsPerMillion(one))}**`,
      ...Object.values(alternativesTo(one)).map((operations) => dollars(price(operations))),
      describeFree(one),
    ];
  }),
)}

*One row a ping*: the same Worker and object, an upsert for each ping. *Analytics Engine*: a data point a ping; it samples, so
its counts are estimates, and it keeps them three months. *Queues*: a message a batch, three operations, and a consumer that
writes the same rows to D1; a message may come twice, so exact counts would still need the journal.

The largest term is the Worker's request, then the object's: both are paid by the batch. The client's longer batches divide
them (5 pings a batch and 20 differ by more than everything else together); nothing on the server can. What is awake costs
most where little happens: at 1 ping/s the object is paid for all day, and larger gaps would let it sleep.`;
  },
};

/** Dollars for a million pings. */
export function dollarsPerMillion({ operations }: Pick<Case, "operations">): number {
  return price(operations);
}

/** The operations of a million pings. */
export function countCase({ ingest, waiting, flush }: Counted, pingsPerSecond: number, pingsPerBatch: number): Case {
  const batches = MILLION / pingsPerBatch;
  const seconds = MILLION / pingsPerSecond;
  const batchesPerSecond = pingsPerSecond / pingsPerBatch;
  const shards = Math.ceil(batchesPerSecond / BATCHES_PER_SHARD);
  const flushes = seconds / FLUSH_SECONDS;
  const changed = expectedNames(pingsPerSecond * FLUSH_SECONDS);
  const { names, changed: part } = flush.sizes[0]!;
  // A known name costs what it did in the flush that was counted; each object has a watermark of its own.
  const d1Rows = flushes * (changed * ((part.rowsWritten - 1) / names) + shards);
  const cpuUs = ingest.samples.find(
    ({ server, load, connections }) => server == "plain" && load == "post 10" && connections == 32,
  )!.cpuUs;
  return {
    pingsPerSecond,
    pingsPerBatch,
    shards,
    d1Rows,
    operations: {
      workerRequests: batches + flushes,
      workerCpuMs: (batches * cpuUs) / 1000,
      objectRequests: batches + flushes * shards,
      objectGbSeconds: seconds * shards * OBJECT_GB,
      rowsWritten: batches * rowsPerBatch(waiting, batchesPerSecond / shards) + d1Rows,
      rowsRead: flushes * (part.rowsRead / names) * changed,
    },
  };
}

/** How many of the names are drawn at least once. */
function expectedNames(pings: number): number {
  return NAMES * (1 - (1 - 1 / NAMES) ** pings);
}

/** Journal rows a batch, as measured at the rate next below: a higher one shares rows more. */
function rowsPerBatch({ rates }: Waiting, batchesPerSecond: number): number {
  const rate = rates.findLast((rate) => rate.batchesPerSecond <= batchesPerSecond);
  return rate ? rate.rows / rate.batches : 1;
}

/** The operations of a million pings, counted otherwise. */
function alternativesTo({ pingsPerBatch, operations, d1Rows }: Case): Record<string, Operations> {
  const batches = MILLION / pingsPerBatch;
  const { workerRequests, workerCpuMs } = operations as Required<Operations>;
  return {
    upserts: { ...operations, rowsWritten: MILLION + d1Rows },
    analytics: { workerRequests, workerCpuMs, analyticsPoints: MILLION },
    // The consumer takes up to a hundred messages a request.
    queues: {
      workerRequests: workerRequests + batches / 100,
      workerCpuMs: workerCpuMs * 2,
      queueOperations: 3 * batches,
      rowsWritten: d1Rows,
    },
  };
}

/** Whether a day of it fits the free plan, and what does not. */
function describeFree({ pingsPerSecond, operations, d1Rows }: Case): string {
  const days = MILLION / pingsPerSecond / 86_400;
  const { workerRequests, objectRequests, objectGbSeconds, rowsWritten } = operations as Required<Operations>;
  const used = {
    "Worker requests": workerRequests / FREE_A_DAY.workerRequests,
    "object requests": objectRequests / FREE_A_DAY.objectRequests,
    "objects awake": objectGbSeconds / FREE_A_DAY.objectGbSeconds,
    "journal rows": (rowsWritten - d1Rows) / FREE_A_DAY.objectRowsWritten,
    "D1 rows": d1Rows / FREE_A_DAY.d1RowsWritten,
  };
  const beyond = Object.entries(used).filter(([, share]) => share / days > 1);
  return beyond.length == 0 ? "fits" : `no: ${beyond.map(([name]) => name).join(", ")}`;
}

function dollars(amount: number): string {
  return amount < 0.0005 ? "0" : short(Number(amount.toFixed(3)));
}
