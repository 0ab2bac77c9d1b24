import { CLOCK_AHEAD_MAX_MS } from "@tracker/sdk/protocol";
import { buildFilter, makeHasher, mayHold, SEGMENT_ROWS, type Hashes } from "./bloom.ts";
import type { FilterBlock, Journal, JournalRow } from "./journal.ts";

// Filters kept in memory, the newest: at three bytes an id, room for five million batches.
const FILTERS_MAX_BYTES = 16_000_000;
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
 * - Older segments each have a Bloom filter, stored when the segment was full, and in memory once it was needed and while there
 *   is room. A filter that says "maybe" is checked against its rows, so the answer is always exact.
 * - A batch cannot have been committed before it was sealed, less the clock's tolerance. So only segments after its `at` are
 *   asked, for an honest sender the last minutes'; an invented `at` of yesterday costs one look into each filter.
 */
export class BatchIds {
  readonly #journal: Journal;
  readonly #hash: (id: string) => Hashes;
  readonly #filtersMaxBytes: number;
  readonly #recent = new Set<string>();
  /** Newest last, without gaps up to `#sealed`. */
  readonly #filters: Filter[] = [];
  #filterBytes = 0;
  /** The last row of the last full segment. */
  #sealed: number;
  /** The latest commit time so far: never falls, even where the clock does. */
  #until: number;

  constructor(journal: Journal, source: string, filtersMaxBytes = FILTERS_MAX_BYTES) {
    this.#journal = journal;
    this.#filtersMaxBytes = filtersMaxBytes;
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
    for (const { segment, until, bits } of this.#blocksNewestFirst(hash.block)) {
      if (until < earliest) return false;
      if (mayHold(bits, hash) && this.#journal.hasBatch(id, segment - SEGMENT_ROWS + 1, segment)) return true;
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

  *#blocksNewestFirst(block: number): Generator<FilterBlock> {
    for (let index = this.#filters.length - 1; index >= 0; index--) {
      const { segment, until, blocks } = this.#filters[index]!;
      yield { segment, until, bits: blocks[block]! };
    }
    let oldest = this.#filters[0]?.segment ?? this.#sealed + SEGMENT_ROWS;
    while (oldest > SEGMENT_ROWS && this.#filterBytes < this.#filtersMaxBytes) {
      oldest -= SEGMENT_ROWS;
      const blocks = this.#journal.filterOf(oldest);
      const filter = { segment: oldest, until: blocks[0]!.until, blocks: blocks.map(({ bits }) => bits) };
      this.#filters.unshift(filter);
      this.#filterBytes += byteLength(filter);
      yield blocks[block]!;
    }
    if (oldest > SEGMENT_ROWS) yield* this.#journal.filterBlocks(block, oldest);
  }

  #keep(filter: Filter): void {
    this.#filters.push(filter);
    this.#filterBytes += byteLength(filter);
    while (this.#filterBytes > this.#filtersMaxBytes) this.#filterBytes -= byteLength(this.#filters.shift()!);
  }
}

function byteLength({ blocks }: Filter): number {
  return blocks.reduce((sum, block) => sum + block.length, 0);
}
