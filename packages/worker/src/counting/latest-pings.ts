import type { Journal } from "../journal/journal.ts";
import type { Names } from "../journal/names.ts";
import type { CountedPing, RefusedPing } from "./contract.ts";

/** The most of each kind that is shown. */
export const LATEST_SHOWN = 20;
const TEXT_MAX_CHARS = 300;

/** What was refused last. In memory alone: an object that is evicted forgets it, and nothing of it is written. */
export class LatestRefused {
  #pings: RefusedPing[] = [];

  add(pings: readonly RefusedPing[]): void {
    const short = pings.map(({ at, sender, code, message }) => ({
      at,
      sender: sender.slice(0, TEXT_MAX_CHARS),
      code,
      message: message.slice(0, TEXT_MAX_CHARS),
    }));
    this.#pings = [...this.#pings, ...short].slice(-LATEST_SHOWN);
  }

  list(): RefusedPing[] {
    return this.#pings.toReversed();
  }
}

/** What was counted last, as the journal has it, the latest first. Rows are read until there are enough. */
export function readLatestCounted(journal: Journal, names: Names | undefined): CountedPing[] {
  const counted: CountedPing[] = [];
  if (!names) return counted;
  for (const { at, pings } of journal.latestRows(LATEST_SHOWN)) {
    for (const [name, count] of pings) {
      counted.push({ at, key: names.get(name), count });
      if (counted.length === LATEST_SHOWN) return counted;
    }
  }
  return counted;
}
