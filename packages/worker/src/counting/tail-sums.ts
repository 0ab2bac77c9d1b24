import type { Increment } from "../model/counts.ts";
import { splitKey } from "../model/key.ts";

/** The sums of tails: a key stands here once, however many objects, or parts of their tails, have it. */
export class TailSums {
  readonly #counts = new Map<string, number>();
  #chars = 0;

  /** Takes the increments of a tail, as an object gives them. */
  add(increments: readonly string[]): void {
    for (const json of increments) {
      const pairs = JSON.parse(json) as (string | number)[];
      for (let index = 0; index < pairs.length; index += 2) {
        this.#add(pairs[index] as string, pairs[index + 1] as number);
      }
    }
  }

  /** Takes another's sums. */
  addAll(other: TailSums): void {
    for (const [key, count] of other.#counts) this.#add(key, count);
  }

  /** Different keys. */
  get size(): number {
    return this.#counts.size;
  }

  /** Characters of all keys: what they take in memory, roughly. */
  get chars(): number {
    return this.#chars;
  }

  /** Each key's increment. */
  *[Symbol.iterator](): Generator<Increment> {
    for (const [key, count] of this.#counts) {
      const [site, label, category, domId, page] = splitKey(key);
      yield page === undefined ? [site, label, category, domId, count] : [site, label, category, domId, count, page];
    }
  }

  #add(key: string, count: number): void {
    const sum = this.#counts.get(key);
    if (sum === undefined) this.#chars += key.length;
    this.#counts.set(key, (sum ?? 0) + count);
  }
}
