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

/** A journal of a row a second with two batches each, and what an instance that wrote it, and one that found it, know. */
function withJournal(use: (known: { written: BatchIds; found: BatchIds; rows: string[][] }) => void): Promise<void> {
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
    use({ written, found: new BatchIds(journal, source), rows });
  });
}

describe("BatchIds", () => {
  it("knows every batch of the day, also after a restart", async () => {
    await withJournal(({ written, found, rows }) => {
      const ids = rows.flat();
      expect(ids.filter((id) => !written.has(id, START))).toEqual([]);
      expect(ids.filter((id) => !found.has(id, START))).toEqual([]);
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
