import { countDay, MONTH_DAYS, monthOf, NAMES, readLogging, type Counted, type Day } from "./lib/day.ts";
import {
  PLAN_DOLLARS,
  price,
  priceMonth,
  PRICES_OF,
  sharesOfFree,
  type Operation,
  type Operations,
} from "./lib/prices.ts";
import { short, table, whole, type Bench } from "./lib/report.ts";

const ACTIONS_A_DAY = [1_000, 100_000, 10_000_000];
/** The day that README.md speaks of. */
const SUMMARY_ACTIONS = 100_000;
const MILLION = 1_000_000;

const TERMS: Record<string, Operation[]> = {
  "Worker requests": ["workerRequests"],
  "CPU time": ["workerCpuMs"],
  "object requests": ["objectRequests"],
  "object time": ["objectGbSeconds"],
  "object rows": ["objectRowsWritten", "objectRowsRead"],
  "D1 rows": ["d1RowsWritten", "d1RowsRead"],
  logs: ["logEvents", "logGb", "logGbMonths"],
  storage: ["objectGbMonths", "d1GbMonths"],
};

/** How Workers Logs are billed: until 30 November 2026, and from then on. */
type LogBilling = "by event" | "by GB";

export interface Cost {
  days: Day[];
  /** The largest day that Workers Free carries, and what is used up then. */
  free: Day & { full: Operation };
}

/** Dollars of visits: operations that were counted, times prices. */
export const cost: Bench<Cost> = {
  title: "Cost",

  measure(results) {
    const counted = results as Partial<Counted>;
    if (!counted.ingest || !counted.waiting || !counted.flush || !counted.visits) {
      throw new Error("it stands on others' counts: npm run bench ingest waiting flush visits cost");
    }
    return Promise.resolve(countCost(counted as Counted));
  },

  render({ days, free }) {
    return `What the [visits](#visits) cost, by Cloudflare's prices of ${PRICES_OF}; \`bench/lib/prices.ts\` names the page of each. A site has ${NAMES} different
actions, and visitors come evenly around the clock. Busy hours would share rows better.

- Requests are those of the visits.
- An object's rows and its time are those of batches that arrive at this rate ([measured](#group-commit-rows-per-batch-and-waiting-time)). Its time is billed while a batch
  waits in it or it answers a flush. Idle, it can hibernate, and is not billed.
- D1's rows are those of a real flush, as often as the cron finds one due.
- CPU time is that of the same Worker without an object, on this machine.
- Logs are as \`wrangler.toml\` has them: ${describeLogs()}.
- Storage is that after a year.

Dollars for a million actions, beyond what Workers Paid includes:

${table(
  ["actions a day", "visits a day", "objects a day", ...Object.keys(TERMS), "together", "the largest"],
  days.map((day) => [
    whole(day.actions),
    whole(day.visits),
    day.shards,
    ...Object.values(TERMS).map((operations) => formatDollars(perMillion(day, operations))),
    `**${formatDollars(dollarsPerMillion(day))}**`,
    largestTerm(day),
  ]),
)}

A month's bill, with what Workers Paid includes for its $${PLAN_DOLLARS}. Logs are billed by the event until 30 November 2026, and by the GB from then on:

${table(
  ["actions a day", "Workers Paid, until 30 November", "from 1 December", "Workers Free"],
  days.map((day) => [
    whole(day.actions),
    `$${bill(day, "by event").toFixed(2)}`,
    `$${bill(day, "by GB").toFixed(2)}`,
    describeFree(day),
  ]),
)}

Workers Free carries **${whole(free.visits)} visits a day**, with ${whole(free.actions)} actions. What is used up first: ${describe(free.full)}.`;
  },
};

/** What README.md says of it. */
export function summarize({ days, free }: Cost): string {
  const day = days.find(({ actions }) => actions == SUMMARY_ACTIONS)!;
  const beyond = days
    .filter(({ actions }) => actions >= SUMMARY_ACTIONS)
    .map((one) => `$${dollarsPerMillion(one).toFixed(2)} at ${whole(one.actions)} a day`);
  return `**What it costs.** The free plan carries ${roundVisits(free)} visits a day, of ${Math.round(free.actions / free.visits)} actions each. On Workers Paid, ${roundVisits(day)} visits or ${whole(day.actions)} actions a day cost
$${bill(day, "by GB").toFixed(2)} a month, its fee of $${PLAN_DOLLARS} included. A million actions beyond what that plan includes cost ${beyond.join(", and ")}; logs
included. [How that was counted](docs/performance.md#cost), and [what an attacker could make you pay](SECURITY.md#what-an-attack-can-cost).`;
}

function roundVisits({ visits }: Day): string {
  return whole(Math.floor(visits / 100) * 100);
}

/** The operations of some days, from what was counted. */
export function countCost(counted: Counted): Cost {
  let carried = 0;
  let tooMany = MILLION;
  while (tooMany - carried > 1) {
    const middle = Math.floor((carried + tooMany) / 2);
    if (fullest(countDay(counted, middle))[1] > 1) tooMany = middle;
    else carried = middle;
  }
  const free = countDay(counted, carried);
  return {
    days: ACTIONS_A_DAY.map((actions) => countDay(counted, actions)),
    free: { ...free, full: fullest(free)[0] },
  };
}

/** Dollars for a million actions, beyond what Workers Paid includes; logs by the GB. */
export function dollarsPerMillion(day: Day): number {
  return Object.values(TERMS).reduce((sum, operations) => sum + perMillion(day, operations), 0);
}

/** Dollars of a month of such days on Workers Paid, with its fee. */
export function bill(day: Day, logs: LogBilling): number {
  return PLAN_DOLLARS + priceMonth(billed(monthOf(day), logs));
}

function largestTerm(day: Day): string {
  return Object.keys(TERMS).toSorted((a, b) => perMillion(day, TERMS[b]!) - perMillion(day, TERMS[a]!))[0]!;
}

function perMillion(day: Day, operations: readonly Operation[]): number {
  const month = billed(monthOf(day), "by GB");
  const own = Object.fromEntries(operations.map((operation) => [operation, month[operation] ?? 0]));
  return (price(own) / (day.actions * MONTH_DAYS)) * MILLION;
}

/** Logs are billed one way or the other. */
function billed({ logEvents, logGb, logGbMonths, ...others }: Day["operations"], logs: LogBilling): Operations {
  return { ...others, ...(logs == "by event" ? { logEvents } : { logGb, logGbMonths }) };
}

/** What a day takes most of on Workers Free. Not logs: when these are used up, nothing fails. */
function fullest({ operations }: Day): [Operation, number] {
  const { logEvents: _, logGb: __, ...counted } = operations;
  return sharesOfFree(counted)[0]!;
}

function describeFree(day: Day): string {
  const [operation, share] = fullest(day);
  return share <= 1 ? "$0" : `too much: ${describe(operation)}`;
}

/** `objectRowsWritten` → `object rows written`. */
function describe(operation: Operation): string {
  return operation
    .replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
    .replace("d1", "D1")
    .replace("worker", "Worker")
    .replace("gb", "GB")
    .replace("cpu", "CPU");
}

function describeLogs(): string {
  return readLogging() ? "an event for each request and for each call of an object" : "errors only";
}

function formatDollars(amount: number): string {
  return amount < 0.0005 ? "0" : short(Number(amount.toFixed(3)));
}
