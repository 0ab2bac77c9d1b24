import { addDays, type Day } from "@tracker/sdk/protocol";
import { OTHER, REFUSED } from "../model/key.ts";
import { selectSums } from "./sums.ts";

/** Days that today's refused pings are compared with. */
const DAYS_BEFORE = 7;

/** What D1 alone knows of how the tracker is: without what is not flushed yet. */
export interface HealthFacts {
  databaseBytes: number;
  /** Rows of today's objects, as far as they are flushed: one for each group commit. */
  journalRows: number;
  /** Rows that flushes of today's objects wrote in D1. */
  statisticRows: number;
  /** Actions counted today as `(other)`. */
  other: number;
  /** Pings refused today, and on the worst of the seven days before: estimates. */
  refused: number;
  refusedBefore: number;
  /** When the oldest message was made that the webhook did not take, ms since epoch. */
  unsentSince: number | undefined;
}

/** Reads it by keys: a few rows for each site and day. */
export async function readHealthFacts(db: D1Database, sites: readonly string[], today: Day): Promise<HealthFacts> {
  const known = { sites, from: addDays(today, -DAYS_BEFORE), to: today, tail: [] };
  const [flushed, sums, unsent] = await db.batch([
    db
      .prepare(
        `SELECT coalesce(sum(watermark), 0) AS journalRows, coalesce(sum(written), 0) AS statisticRows
         FROM flush WHERE day = ?1 AND closed_at IS NULL`,
      )
      .bind(today),
    selectSums(db, known, { labels: [OTHER, REFUSED] }, ["label", "day"], { order: ["day", "asc"], limit: 100 }),
    db.prepare("SELECT min(made_at) AS since FROM message WHERE next_at > 0 AND attempts > 0"),
  ]);
  const rows = sums!.results as { label: string; day: Day; counter: number }[];
  const most = (label: string, isWanted: (day: Day) => boolean): number =>
    Math.max(0, ...rows.flatMap((row) => (row.label === label && isWanted(row.day) ? row.counter : [])));
  const [{ journalRows, statisticRows }] = flushed!.results as [Pick<HealthFacts, "journalRows" | "statisticRows">];
  return {
    databaseBytes: flushed!.meta.size_after,
    journalRows,
    statisticRows,
    other: most(OTHER, (day) => day === today),
    refused: most(REFUSED, (day) => day === today),
    refusedBefore: most(REFUSED, (day) => day < today),
    unsentSince: (unsent!.results as { since: number | null }[])[0]?.since ?? undefined,
  };
}
