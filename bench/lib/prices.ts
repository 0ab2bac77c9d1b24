/** Cloudflare's prices on the paid plan, in dollars for a million beyond what the plan includes, as of PRICES_OF. */
export const PRICES_OF = "2026-11-23";

export const PRICES = {
  workerRequests: 0.3,
  workerCpuMs: 0.02,
  objectRequests: 0.15,
  /** An object counts as 128 MB while it is awake. */
  objectGbSeconds: 12.5,
  /** Of Durable Objects and D1 alike. */
  rowsWritten: 1,
  rowsRead: 0.001,
  analyticsPoints: 0.25,
  /** Each message is written, read and deleted: three. */
  queueOperations: 0.4,
} as const;

/** What the free plan gives a day. */
export const FREE_A_DAY = {
  workerRequests: 100_000,
  objectRequests: 100_000,
  objectGbSeconds: 13_000,
  objectRowsWritten: 100_000,
  d1RowsWritten: 100_000,
} as const;

export type Operation = keyof typeof PRICES;
export type Operations = Partial<Record<Operation, number>>;

/** Dollars of some operations. */
export function price(operations: Operations): number {
  return Object.entries(operations).reduce(
    (sum, [operation, count]) => sum + (count * PRICES[operation as Operation]) / 1_000_000,
    0,
  );
}
