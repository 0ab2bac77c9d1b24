import type { Journal, JournalRow } from "./journal.ts";

/** The summed increments of the journal rows after a watermark: kept for the one asked for last, moved along by each commit. */
export class Tail {
  readonly #journal: Journal;
  #after = 0;
  #upto = 0;
  #sums = new Map<number, number>();

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  /** Counts of the rows `after + 1 … upto` by name id, reading at most `maxRows` rows that it does not hold already. */
  read(after: number, maxRows: number): { sums: ReadonlyMap<number, number>; upto: number } {
    if (after !== this.#after) {
      this.#after = after;
      this.#upto = after;
      this.#sums = new Map();
    }
    for (const row of this.#journal.pingsAfter(this.#upto, maxRows)) this.#sum(row);
    return { sums: this.#sums, upto: this.#upto };
  }

  /** Takes a row that is durable; a gap before it is read when it is asked for. */
  add(row: JournalRow): void {
    if (this.#upto === row.id - 1) this.#sum(row);
  }

  #sum({ id, pings }: Pick<JournalRow, "id" | "pings">): void {
    for (const [name, count] of pings) this.#sums.set(name, (this.#sums.get(name) ?? 0) + count);
    this.#upto = id;
  }
}
