import { sha256 } from "@noble/hashes/sha2.js";

const FIRST_SLOTS = 1 << 12;
const WORDS = 4;

/**
 * A set of texts that keeps 128 bits of each one's SHA-256. A million texts take 32 MB, where a Set of them would take more memory than
 * a Worker has. Nobody can make two texts with the same 128 bits, so it never takes one text for another.
 */
export class KeySet {
  /** An open-addressing hash table of 4 words a slot. A slot of zeros is free. */
  #table = new Uint32Array(FIRST_SLOTS * WORDS);
  #size = 0;

  /** Returns false if the text was there already. */
  add(text: string): boolean {
    if (this.#size * WORDS * 4 >= this.#table.length * 3) this.#grow();
    const isNew = insert(this.#table, hash(text));
    if (isNew) this.#size++;
    return isNew;
  }

  has(text: string): boolean {
    const words = hash(text);
    return this.#table[findSlot(this.#table, words)] === words[0];
  }

  #grow(): void {
    const table = new Uint32Array(this.#table.length * 2);
    for (let slot = 0; slot < this.#table.length; slot += WORDS) {
      if (this.#table[slot] !== 0) insert(table, this.#table.subarray(slot, slot + WORDS));
    }
    this.#table = table;
  }
}

const encoder = new TextEncoder();

function hash(text: string): Uint32Array {
  const words = new Uint32Array(sha256(encoder.encode(text)).buffer, 0, WORDS);
  // A free slot begins with zero.
  words[0] ||= 1;
  return words;
}

function insert(table: Uint32Array, words: Uint32Array): boolean {
  const slot = findSlot(table, words);
  if (table[slot] !== 0) return false;
  table.set(words, slot);
  return true;
}

/** Where these words are, or the free slot where they belong. */
function findSlot(table: Uint32Array, words: Uint32Array): number {
  const mask = table.length / WORDS - 1;
  for (let index = words[1]! & mask; ; index = (index + 1) & mask) {
    const slot = index * WORDS;
    if (table[slot] === 0 || isAt(table, slot, words)) return slot;
  }
}

function isAt(table: Uint32Array, slot: number, words: Uint32Array): boolean {
  for (let word = 0; word < WORDS; word++) if (table[slot + word] !== words[word]) return false;
  return true;
}
