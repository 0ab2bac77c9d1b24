/**
 * Cloudflare's prices on the Workers Paid plan, what that plan includes a month, and what the Free plan gives a day. Each was read on
 * the page that `source` names, on PRICES_OF.
 */
export const PRICES_OF = "2026-11-24";
/** What Workers Paid costs a month before anything is used. */
export const PLAN_DOLLARS = 5;

const WORKERS = "https://developers.cloudflare.com/workers/platform/pricing/";
const OBJECTS = "https://developers.cloudflare.com/durable-objects/platform/pricing/";
const D1 = "https://developers.cloudflare.com/d1/platform/pricing/";
const LOGS = "https://developers.cloudflare.com/observability/pricing/";

interface Price {
  /** For one. */
  dollars: number;
  /** A month, on Workers Paid. */
  included: number;
  /** A day, on Workers Free; of what is stored, at any time. Absent: not offered there, or not limited. */
  free?: number;
  source: string;
}

const MILLION = 1_000_000;

export const PRICES = {
  workerRequests: { dollars: 0.3 / MILLION, included: 10 * MILLION, free: 100_000, source: WORKERS },
  workerCpuMs: { dollars: 0.02 / MILLION, included: 30 * MILLION, source: WORKERS },
  objectRequests: { dollars: 0.15 / MILLION, included: MILLION, free: 100_000, source: OBJECTS },
  /** While an object works or could not hibernate; idle time in which it could is not billed. It counts as 128 MB. */
  objectGbSeconds: { dollars: 12.5 / MILLION, included: 400_000, free: 13_000, source: OBJECTS },
  objectRowsWritten: { dollars: 1 / MILLION, included: 50 * MILLION, free: 100_000, source: OBJECTS },
  objectRowsRead: { dollars: 0.001 / MILLION, included: 25_000 * MILLION, free: 5 * MILLION, source: OBJECTS },
  objectGbMonths: { dollars: 0.2, included: 5, free: 5, source: OBJECTS },
  d1RowsWritten: { dollars: 1 / MILLION, included: 50 * MILLION, free: 100_000, source: D1 },
  d1RowsRead: { dollars: 0.001 / MILLION, included: 25_000 * MILLION, free: 5 * MILLION, source: D1 },
  /** On the Free plan a database may be 500 MB. */
  d1GbMonths: { dollars: 0.75, included: 5, free: 0.5, source: D1 },
  /** Until 30 November 2026. */
  logEvents: { dollars: 0.6 / MILLION, included: 20 * MILLION, free: 200_000, source: WORKERS },
  /** From 1 December 2026: what is logged, before it is packed. */
  logGb: { dollars: 0.25, included: 50, free: 0.5, source: LOGS },
  /** From 1 December 2026: what is kept, for seven days. */
  logGbMonths: { dollars: 0.1, included: 12, source: LOGS },
  /** Announced, and not billed yet. */
  analyticsPoints: {
    dollars: 0.25 / MILLION,
    included: 10 * MILLION,
    free: 100_000,
    source: "https://developers.cloudflare.com/analytics/analytics-engine/pricing/",
  },
  /** Each message is written, read and deleted: three. */
  queueOperations: {
    dollars: 0.4 / MILLION,
    included: MILLION,
    free: 10_000,
    source: "https://developers.cloudflare.com/queues/platform/pricing/",
  },
} as const satisfies Record<string, Price>;

/** What an object counts as while it is awake. */
export const OBJECT_GB = 0.128;
/** An event of Workers Logs: the line and what Cloudflare adds to it. */
export const LOG_EVENT_GB = 4.8e-6;
/** How long a logged event is kept, in months. */
export const LOG_KEPT_MONTHS = 7 / 30;

export type Operation = keyof typeof PRICES;
export type Operations = Partial<Record<Operation, number>>;

/** Dollars of some operations beyond what a plan includes. */
export function price(operations: Operations): number {
  return sum(operations, (operation, count) => count * PRICES[operation].dollars);
}

/** Dollars of a month's operations, with what Workers Paid includes and without its $5. */
export function priceMonth(operations: Operations): number {
  return sum(
    operations,
    (operation, count) => Math.max(0, count - PRICES[operation].included) * PRICES[operation].dollars,
  );
}

/** How much of what Workers Free gives a day a day's operations take, the fullest first. */
export function sharesOfFree(operations: Operations): [operation: Operation, share: number][] {
  return (Object.entries(operations) as [Operation, number][])
    .flatMap(([operation, count]): [Operation, number][] => {
      const { free }: Price = PRICES[operation];
      return free === undefined ? [] : [[operation, count / free]];
    })
    .toSorted(([, a], [, b]) => b - a);
}

function sum(operations: Operations, of: (operation: Operation, count: number) => number): number {
  return (Object.entries(operations) as [Operation, number][]).reduce(
    (total, [operation, count]) => total + of(operation, count),
    0,
  );
}
