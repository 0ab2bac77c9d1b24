import { makeBatchId } from "@tracker/sdk/protocol";
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { BatchIds } from "./batch-ids.ts";
import { SEGMENT_ROWS } from "./bloom.ts";
import { Journal } from "./journal.ts";

const MINUTE_MS = 60_000;
const START = Date.UTC(2027, 0, 10);
const ROWS = 3.5 * SEGMENT_ROWS;

interface Known {
  rows: string[][];
  /** Of the instance that wrote them, of one that found them, and of one that has no room for old filters. */
  written: BatchIds;
  found: BatchIds;
  cramped: BatchIds;
}

/** A journal of a row a second with two batches each. */
function withJournal(use: (known: Known) => void): Promise<void> {
  return runInDurableObject(env.DAY_COUNTER.getByName("2027-01-10/0"), (_, { storage }) => {
    const journal = new Journal(storage);
    const source = makeBatchId();
    journal.create({ source, object: "2027-01-10/0", closesAt: 0, announced: false });
    const written = new BatchIds(journal, source);
    const rows = Array.from({ length: ROWS }, () => [makeBatchId(), makeBatchId()]);
    rows.forEach((batches, index) => {
      const row = { id: index + 1, at: START + index * 1_000, batches, pings: [] };
      journal.append(row, []);
      written.add(row);
    });
    use({ rows, written, found: new BatchIds(journal, source), cramped: new BatchIds(journal, source, 0) });
  });
}

describe("BatchIds", () => {
  it("knows every batch of the day, also after a restart, also with more filters than it has room for", async () => {
    await withJournal(({ rows, written, found, cramped }) => {
      const ids = rows.flat();
      for (const known of [written, found, cramped]) expect(ids.filter((id) => !known.has(id, START))).toEqual([]);
    });
  });

  it("knows no other, whatever the filters say", async () => {
    await withJournal(({ found }) => {
      const strangers = Array.from({ length: 20_000 }, makeBatchId);
      expect(strangers.filter((id) => found.has(id, START))).toEqual([]);
    });
  });

  it("finds a batch from the moment it was sealed, which may be five minutes ahead of the commit", async () => {
    await withJournal(({ written, found, rows }) => {
      const sealedAhead = rows.map((batches, index) => ({
        id: batches[0]!,
        at: START + index * 1_000 + 5 * MINUTE_MS,
      }));
      for (const ids of [written, found]) expect(sealedAhead.filter(({ id, at }) => !ids.has(id, at))).toEqual([]);
    });
  });

  it("looks only where the batch can be: not in what was committed long before it was sealed", async () => {
    await withJournal(({ found, rows }) => {
      expect(found.has(rows[0]![0]!, START + ROWS * 1_000)).toBe(false);
    });
  });
});
