/** What is wrong with a tracker, by code. The codes are stable: alarms depend on them. */

export const PROBLEMS = {
  database_silent: "the database does not answer",
  object_silent: "a day's counter does not answer, or has lost its journal",
  flush_late: "counts wait for the database ten minutes longer than they should: has the cron stopped?",
  database_full: "the database is above 80% of the size that the PLAN allows",
  rows_near_limit: "the rows written today are above 80% of what Workers Free allows a day",
  labels_beyond_cap: "today's labels beyond MAX_LABELS_PER_DAY are counted as (other)",
  refusals_rising: "three times as many pings are refused today as on any of the seven days before",
  webhook_silent: "the webhook has not taken a message for an hour",
} as const;
export type Problem = keyof typeof PROBLEMS;
export const PROBLEM_CODES = Object.keys(PROBLEMS) as Problem[];

export type Plan = "free" | "paid";

const HOUR_MS = 3_600_000;
/** The part of a limit that is near it. */
const NEAR = 0.8;
/** The most that a D1 database holds, by plan: https://developers.cloudflare.com/d1/platform/limits/ */
const DATABASE_MAX_BYTES: Record<Plan, number> = { free: 500_000_000, paid: 10_000_000_000 };
/** Rows a day that Workers Free writes in D1, and as many in Durable Objects. */
const FREE_ROWS_A_DAY = 100_000;
/** Fewer are no news: somebody tries something out. */
const OTHER_LEAST = 100;
const REFUSED_LEAST = 1_000;
const REFUSED_TIMES = 3;

interface Facts {
  databaseBytes: number;
  journalRows: number;
  statisticRows: number;
  other: number;
  refused: number;
  refusedBefore: number;
  /** Ms since epoch. */
  unsentSince: number | undefined;
}

/** The problems that D1 alone shows. */
export function judgeFacts(facts: Facts, plan: Plan, now: number): Problem[] {
  const problems: Problem[] = [];
  if (facts.databaseBytes > NEAR * DATABASE_MAX_BYTES[plan]) problems.push("database_full");
  const rows = Math.max(facts.journalRows, facts.statisticRows);
  if (plan === "free" && rows > NEAR * FREE_ROWS_A_DAY) problems.push("rows_near_limit");
  if (facts.other >= OTHER_LEAST) problems.push("labels_beyond_cap");
  if (facts.refused >= Math.max(REFUSED_LEAST, REFUSED_TIMES * facts.refusedBefore)) problems.push("refusals_rising");
  if (facts.unsentSince !== undefined && facts.unsentSince < now - HOUR_MS) problems.push("webhook_silent");
  return problems;
}
