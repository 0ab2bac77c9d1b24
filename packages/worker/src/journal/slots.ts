import { NO_ACTIONS, splitKey } from "../model/key.ts";
import { SLOT_MS } from "../model/slots.ts";
import type { Journal } from "./journal.ts";
import type { Names } from "./names.ts";

/** How many actions of each site were committed in which quarter of an hour. Read from the journal when asked for, each row once. */
export class Slots {
  readonly #journal: Journal;
  readonly #names: Names;
  readonly #sites = new Map<string, Map<number, number>>();
  /** The site of each name, `undefined` of what is no action. */
  readonly #siteOf = new Map<number, string | undefined>();
  #upto = 0;

  constructor(journal: Journal, names: Names) {
    this.#journal = journal;
    this.#names = names;
  }

  /** Reads so many rows further. Returns the last row that the slots hold. */
  read(maxRows: number): number {
    for (const { id, at, pings } of this.#journal.pingsAfter(this.#upto, maxRows)) {
      const slot = Math.floor(at / SLOT_MS);
      for (const [name, count] of pings) this.#add(this.#findSite(name), slot, count);
      this.#upto = id;
    }
    return this.#upto;
  }

  /** A site's slots, or those of all. */
  list(site: string | undefined): [slot: number, count: number][] {
    const sums = new Map<number, number>();
    for (const [of, slots] of this.#sites) {
      if (site !== undefined && site !== of) continue;
      for (const [slot, count] of slots) sums.set(slot, (sums.get(slot) ?? 0) + count);
    }
    return [...sums];
  }

  #findSite(name: number): string | undefined {
    if (!this.#siteOf.has(name)) {
      const [site, label] = splitKey(this.#names.get(name));
      this.#siteOf.set(name, NO_ACTIONS.includes(label) ? undefined : site);
    }
    return this.#siteOf.get(name);
  }

  #add(site: string | undefined, slot: number, count: number): void {
    if (site === undefined) return;
    const slots = this.#sites.get(site) ?? new Map<number, number>();
    this.#sites.set(site, slots.set(slot, (slots.get(slot) ?? 0) + count));
  }
}
