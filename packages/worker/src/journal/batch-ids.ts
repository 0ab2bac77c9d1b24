import { CLOCK_AHEAD_MAX_MS } from "@tracker/sdk/protocol";
import { buildFilter, makeHasher, mayHold, SEGMENT_IDS, SEGMENT_ROWS, type Hashes } from "./bloom.ts";
import type { FilterBlock, Journal, JournalRow, SegmentFilter } from "./journal.ts";
import { FILTERS_MAX_BYTES } from "./limits.ts";

/**
 * Segments whose rows one look-up may read. By chance a second one in a billion look-ups needs two; so many only if the hash
 * were broken, and then the batch is refused rather than the object stalled.
 */
export const SEGMENTS_READ_MAX = 8;
// How far the object's clock may step back (it moves between machines) without a row being looked for too late.
const CLOCK_STEP_MS = 60_000;

export interface BatchIdsOptions {
  filtersMaxBytes?: number;
  /** For tests: what `makeHasher` makes of the object's secret. */
  hash?: (id: string) => Hashes;
}

/**
 * Answers "is this batch in the journal?" for as long as the day is open, in bounded time and memory.
 *
 * - The ids of the unfinished segment are held exactly.
 * - Older segments each have a Bloom filter, stored when the segment was full, and in memory once one was needed and while there
 *   is room. A filter that says "maybe" is checked against its rows, so the answer is always exact.
 * - All filters in memory are asked, whatever the batch's `at`: a sender whose clock was ahead sends the same batch again with
 *   an earlier `at`, and an old copy of it may come later. Filters that found no room are read from storage, and only those of
 *   rows that are not older than `at`: a batch is not committed before it was sealed, less the clocks' tolerance.
 */
export class BatchIds {
  readonly #journal: Journal;
  readonly #hash: (id: string) => Hashes;
  readonly #filtersMaxBytes: number;
  readonly #recent = new Map<string, Hashes>();
  /** Hashes of ids that were looked for and wait for their row: an id is hashed once. */
  readonly #looked = new Map<string, Hashes>();
  /** Newest last, without gaps up to `#sealed`. */
  readonly #filters: SegmentFilter[] = [];
  #filterBytes = 0;
  /** The last row of the last full segment. */
  #sealed: number;
  /** The latest commit time so far: never falls, even where the clock does. */
  #until: number;

  constructor(
    journal: Journal,
    secret: Uint8Array,
    { filtersMaxBytes = FILTERS_MAX_BYTES, hash = makeHasher(secret) }: BatchIdsOptions = {},
  ) {
    this.#journal = journal;
    this.#filtersMaxBytes = filtersMaxBytes;
    this.#hash = hash;
    const last = journal.lastSegment();
    this.#sealed = last?.segment ?? 0;
    this.#until = last?.until ?? 0;
    for (const row of journal.batchesAfter(this.#sealed)) this.#addRecent(row);
  }

  /** @throws where more segments may hold the id than one look-up may read. */
  has(id: string, at: number): boolean {
    if (this.#recent.has(id)) return true;
    if (this.#sealed === 0) return false;
    const hash = this.#hash(id);
    let segmentsRead = 0;
    const isIn = (bits: Uint8Array, { first, segment }: Pick<FilterBlock, "first" | "segment">): boolean => {
      if (!mayHold(bits, hash)) return false;
      if (++segmentsRead > SEGMENTS_READ_MAX) throw new Error("too many filters know a batch id");
      return this.#journal.hasBatch(id, first, segment);
    };
    this.#fillFilters();
    for (let index = this.#filters.length - 1; index >= 0; index--) {
      const filter = this.#filters[index]!;
      if (isIn(filter.blocks[hash.block]!, filter)) return true;
    }
    const earliest = at - CLOCK_AHEAD_MAX_MS - CLOCK_STEP_MS;
    for (const stored of this.#journal.filterBlocks(hash.block, this.#firstFiltered())) {
      if (stored.until < earliest) break;
      if (isIn(stored.bits, stored)) return true;
    }
    this.#looked.set(id, hash);
    return false;
  }

  /** Whether a row fills the segment: then `add` writes its filter. */
  isFullWith(row: JournalRow): boolean {
    return row.id - this.#sealed >= SEGMENT_ROWS || this.#recent.size + row.batches.length >= SEGMENT_IDS;
  }

  /** Takes the ids of a row, in the row's transaction. */
  add(row: JournalRow): void {
    const isFull = this.isFullWith(row);
    this.#addRecent(row);
    if (!isFull) return;
    const filter: SegmentFilter = {
      first: this.#sealed + 1,
      segment: row.id,
      until: this.#until,
      blocks: buildFilter(this.#recent.values(), this.#recent.size),
    };
    this.#journal.saveFilter(filter);
    this.#recent.clear();
    this.#sealed = row.id;
    this.#keep(filter);
  }

  #addRecent({ at, batches }: Pick<JournalRow, "at" | "batches">): void {
    for (const id of batches) {
      this.#recent.set(id, this.#looked.get(id) ?? this.#hash(id));
      this.#looked.delete(id);
    }
    this.#until = Math.max(this.#until, at);
  }

  /** Reads stored filters, the newest first, while there is room. */
  #fillFilters(): void {
    for (let rest = this.#firstFiltered(); rest > 1 && this.#filterBytes < this.#filtersMaxBytes;) {
      const filter = this.#journal.filterOf(rest - 1);
      this.#filters.unshift(filter);
      this.#filterBytes += byteLength(filter);
      rest = filter.first;
    }
  }

  /** The first row whose filter is in memory, or whose id is held exactly. */
  #firstFiltered(): number {
    return this.#filters[0]?.first ?? this.#sealed + 1;
  }

  #keep(filter: SegmentFilter): void {
    this.#filters.push(filter);
    this.#filterBytes += byteLength(filter);
    while (this.#filterBytes > this.#filtersMaxBytes) this.#filterBytes -= byteLength(this.#filters.shift()!);
  }
}

function byteLength({ blocks }: SegmentFilter): number {
  return blocks.reduce((sum, block) => sum + block.length, 0);
}
