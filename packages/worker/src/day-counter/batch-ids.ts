import { CLOCK_AHEAD_MAX_MS } from "@tracker/sdk/protocol";
import { buildFilter, makeHasher, mayHold, type Hashes } from "./bloom.ts";
import type { Journal, JournalRow } from "./journal.ts";

/** Journal rows in a segment: when so many have come together, their ids become a stored Bloom filter. */
const SEGMENT_ROWS = 1_000;
// Newest filters kept in memory: at full rate more than the minutes in which honest retries come.
const FILTERS_MAX_BYTES = 8_000_000;
// How far the object's clock may step back (it moves between machines) without a row being looked for too late.
const CLOCK_STEP_MS = 60_000;

interface Filter {
  segment: number;
  until: number;
  blocks: readonly Uint8Array[];
}

/**
 * Answers "is this batch in the journal?" for as long as the day is open, in bounded time and memory.
 *
 * - The ids of the unfinished segment, at most SEGMENT_ROWS rows, are held exactly.
 * - Older segments each have a Bloom filter, stored when the segment was full; the newest are also in memory. A filter that
 *   says "maybe" is checked against its rows, so the answer is always exact.
 * - A batch cannot have been committed before it was sealed, less the clock's tolerance. So only segments after its `at` are
 *   asked, for an honest sender the last minutes'; an invented `at` of yesterday reads one stored block a segment.
 */
export class BatchIds {
  readonly #journal: Journal;
  readonly #hash: (id: string) => Hashes;
  readonly #recent = new Set<string>();
  /** Newest last, without gaps up to `#sealed`. */
  readonly #filters: Filter[] = [];
  #filterBytes = 0;
  /** The last row of the last full segment. */
  #sealed: number;
  /** The latest commit time so far: never falls, even where the clock does. */
  #until: number;

  constructor(journal: Journal, source: string) {
    this.#journal = journal;
    this.#hash = makeHasher(source);
    const last = journal.lastSegment();
    this.#sealed = last?.segment ?? 0;
    this.#until = last?.until ?? 0;
    for (const row of journal.batchesAfter(this.#sealed)) this.#addRecent(row);
  }

  has(id: string, at: number): boolean {
    if (this.#recent.has(id)) return true;
    const earliest = at - CLOCK_AHEAD_MAX_MS - CLOCK_STEP_MS;
    const hash = this.#hash(id);
    let oldest = this.#sealed + SEGMENT_ROWS;
    for (let index = this.#filters.length - 1; index >= 0; index--) {
      const { segment, until, blocks } = this.#filters[index]!;
      if (until < earliest) return false;
      if (mayHold(blocks[hash.block]!, hash) && this.#isInSegment(id, segment)) return true;
      oldest = segment;
    }
    if (oldest <= SEGMENT_ROWS) return false;
    for (const { segment, until, bits } of this.#journal.filterBlocks(hash.block, oldest)) {
      if (until < earliest) return false;
      if (mayHold(bits, hash) && this.#isInSegment(id, segment)) return true;
    }
    return false;
  }

  /** Takes the ids of a row, in the same transaction; the row that fills a segment makes its filter. */
  add(row: JournalRow): void {
    this.#addRecent(row);
    if (row.id - this.#sealed < SEGMENT_ROWS) return;
    const blocks = buildFilter(Array.from(this.#recent, this.#hash), this.#recent.size);
    this.#journal.saveFilter(row.id, this.#until, blocks);
    this.#recent.clear();
    this.#sealed = row.id;
    this.#keep({ segment: row.id, until: this.#until, blocks });
  }

  #addRecent({ at, batches }: Pick<JournalRow, "at" | "batches">): void {
    for (const id of batches) this.#recent.add(id);
    this.#until = Math.max(this.#until, at);
  }

  #keep(filter: Filter): void {
    this.#filters.push(filter);
    this.#filterBytes += byteLength(filter);
    while (this.#filterBytes > FILTERS_MAX_BYTES) this.#filterBytes -= byteLength(this.#filters.shift()!);
  }

  #isInSegment(id: string, segment: number): boolean {
    return this.#journal.hasBatch(id, segment - SEGMENT_ROWS + 1, segment);
  }
}

function byteLength({ blocks }: Filter): number {
  return blocks.reduce((sum, block) => sum + block.length, 0);
}
