import { makeBatchId } from "@tracker/sdk/protocol";
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { BatchIds, SEGMENTS_READ_MAX } from "./batch-ids.ts";
import { SECRET_BYTES, SEGMENT_IDS, SEGMENT_ROWS, type Hashes } from "./bloom.ts";
import { Journal, type JournalRow } from "./journal.ts";

const MINUTE_MS = 60_000;
const START = Date.UTC(2027, 0, 10);
const BUSY_IDS = 50;
// A busy hour fills a segment with ids, a quiet day one with rows; then the unfinished one.
const BUSY_ROWS = (1.5 * SEGMENT_IDS) / BUSY_IDS;
const ROWS = BUSY_ROWS + 1.5 * SEGMENT_ROWS;

interface Known {
  journal: Journal;
  rows: JournalRow[];
  secret: Uint8Array;
  /** Of the instance that wrote them, of one that found them, and of one that has no room for filters. */
  written: BatchIds;
  found: BatchIds;
  cramped: BatchIds;
}

/** A journal of a row a second. */
function withJournal(use: (known: Known) => void): Promise<void> {
  return runInDurableObject(env.DAY_COUNTER.getByName("2027-01-10/0"), (_, { storage }) => {
    const journal = new Journal(storage);
    const secret = crypto.getRandomValues(new Uint8Array(SECRET_BYTES));
    journal.create({ source: "s", secret, object: "2027-01-10/0", shards: 1, closesAt: 0, announced: false });
    const written = new BatchIds(journal, secret);
    const rows = Array.from({ length: ROWS }, (_, index) => ({
      id: index + 1,
      at: START + index * 1_000,
      batches: Array.from({ length: index < BUSY_ROWS ? BUSY_IDS : 1 }, makeBatchId),
      pings: [],
    }));
    storage.transactionSync(() => {
      for (const row of rows) {
        journal.append(row, []);
        written.add(row);
      }
    });
    const found = new BatchIds(journal, secret);
    const cramped = new BatchIds(journal, secret, { filtersMaxBytes: 0 });
    use({ journal, rows, secret, written, found, cramped });
  });
}

describe("BatchIds", () => {
  it("knows every batch of the day, also after a restart, also with more filters than it has room for", async () => {
    await withJournal(({ rows, written, found, cramped }) => {
      // Each look-up of one that is known reads the rows of its segment: not all of them.
      const ids = rows.flatMap(({ batches }) => batches).filter((_, index) => index % 40 === 0);
      for (const known of [written, found, cramped]) expect(ids.filter((id) => !known.has(id, START))).toEqual([]);
    });
  });

  it("knows no other, whatever the filters say", async () => {
    await withJournal(({ journal, secret, found }) => {
      const strangers = Array.from({ length: 5_000 }, makeBatchId);
      expect(strangers.filter((id) => found.has(id, START))).toEqual([]);
      const alike = { block: 0, first: 1, step: 1 };
      const sure = new BatchIds(journal, secret, { hash: () => alike });
      vi.spyOn(journal, "filterOf").mockImplementation((segment) => ({
        first: 1,
        segment,
        until: START,
        blocks: [new Uint8Array(8).fill(255)],
      }));
      expect(sure.has(strangers[0]!, START)).toBe(false);
    });
  });

  it("finds a batch whatever its `at`: a corrected one earlier, or an old copy later than it was counted", async () => {
    await withJournal(({ written, found, rows }) => {
      const [first, , , second] = rows;
      for (const known of [written, found]) {
        for (const hours of [-24, -1, 1, 24, 47]) {
          expect(known.has(first!.batches[0]!, first!.at + hours * 60 * MINUTE_MS)).toBe(true);
          expect(known.has(second!.batches[1]!, second!.at + hours * 60 * MINUTE_MS)).toBe(true);
        }
      }
    });
  });

  it("reads stored filters only where the batch can be, from five minutes before it was sealed", async () => {
    await withJournal(({ journal, cramped, rows }) => {
      const read = vi.spyOn(journal, "hasBatch");
      const [{ at, batches }] = rows as [JournalRow];
      expect(cramped.has(batches[0]!, at + 5 * MINUTE_MS)).toBe(true);
      expect(read).toHaveBeenCalledTimes(1);
      expect(cramped.has(batches[0]!, START + ROWS * 1_000 + 60 * MINUTE_MS)).toBe(false);
      expect(read).toHaveBeenCalledTimes(1);
    });
  });

  it("refuses a batch that too many segments may hold, and reads no more of them", async () => {
    await withJournal(({ journal, secret, rows }) => {
      const alike = { block: 0, first: 1, step: 1 };
      const known = new BatchIds(journal, secret, { hash: () => alike });
      const read = vi.spyOn(journal, "hasBatch");
      const full = [new Uint8Array(8).fill(255)];
      const lastRow = rows.at(-1)!.id;
      vi.spyOn(journal, "lastSegment").mockReturnValue({ segment: lastRow, until: START });
      vi.spyOn(journal, "filterOf").mockImplementation((segment) => ({
        first: segment,
        segment,
        until: START,
        blocks: full,
      }));
      const flooded = new BatchIds(journal, secret, { hash: () => alike });
      expect(() => flooded.has(makeBatchId(), START)).toThrow("too many filters");
      expect(read).toHaveBeenCalledTimes(SEGMENTS_READ_MAX);
      expect(known.has(rows.at(-1)!.batches[0]!, START)).toBe(true);
    });
  });

  it("hashes an id once", async () => {
    await withJournal(({ journal, secret, rows }) => {
      const hash = vi.fn<(id: string) => Hashes>(() => ({ block: 0, first: 0, step: 1 }));
      const known = new BatchIds(journal, secret, { hash });
      hash.mockClear();
      vi.spyOn(journal, "hasBatch").mockReturnValue(false);
      const id = makeBatchId();
      expect(known.has(id, START)).toBe(false);
      known.add({ id: rows.length + 1, at: START, batches: [id], pings: [] });
      expect(known.has(id, START)).toBe(true);
      expect(hash).toHaveBeenCalledTimes(1);
    });
  });
});
