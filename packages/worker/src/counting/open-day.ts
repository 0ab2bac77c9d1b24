import { BatchIds } from "../journal/batch-ids.ts";
import type { Journal, State } from "../journal/journal.ts";
import { Names, type NamesOptions } from "../journal/names.ts";
import { Slots } from "../journal/slots.ts";
import { Tail } from "../journal/tail.ts";

/**
 * What is in memory of a day that has counts.
 *
 * Names and ids are read when they are asked for: the cron wakes the objects of yesterday every two minutes to hear that nothing
 * is new, and each name read is billed.
 */
export class OpenDay {
  readonly state: State;
  readonly tail: Tail;
  lastRow: number;
  readonly #journal: Journal;
  readonly #options: NamesOptions;
  #names: Names | undefined;
  #batchIds: BatchIds | undefined;
  #slots: Slots | undefined;

  constructor(journal: Journal, state: State, options: NamesOptions) {
    this.#journal = journal;
    this.#options = options;
    this.state = state;
    this.tail = new Tail(journal);
    this.lastRow = journal.lastRow();
  }

  get names(): Names {
    return (this.#names ??= new Names(this.#journal, this.#options));
  }

  get slots(): Slots {
    return (this.#slots ??= new Slots(this.#journal, this.names));
  }

  get batchIds(): BatchIds {
    return (this.#batchIds ??= new BatchIds(this.#journal, this.state.secret));
  }
}
