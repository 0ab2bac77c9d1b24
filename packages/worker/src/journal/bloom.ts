/**
 * A blocked Bloom filter over batch ids (Putze, Sanders, Singler 2007: "Cache-, Hash- and Space-Efficient Bloom Filters").
 * An id falls into one of BLOCKS blocks, and all its bits lie there, so a look-up in a stored filter reads one block.
 *
 * Batch ids are chosen by the sender, so the hashes are keyed with the object's secret `source`: who does not know it
 * cannot choose ids that crowd into one block. A keyed multiply-add of 32-bit words is enough for that; it is no cryptography,
 * and a false positive only costs time.
 */

/** Journal rows in a segment: when so many have come together, their ids become one filter. */
export const SEGMENT_ROWS = 1_000;
/** Blocks a filter is divided into; each is one stored row. */
export const BLOCKS = 16;
// 24 bits and 8 probes an id: a false positive in some 40,000 look-ups, less what the blocks' unevenness costs.
const BITS_PER_ID = 24;
const PROBES = 8;

/** Where an id's bits are: its block, and two hashes that give the positions in it. */
export interface Hashes {
  block: number;
  first: number;
  step: number;
}

/** A keyed hash function for batch ids. `secret` is 22 base64url characters, as an id is. */
export function makeHasher(secret: string): (id: string) => Hashes {
  const key = wordsOf(secret);
  // Odd multipliers, different for each of the two hashes.
  const a = key.map((word) => word | 1);
  const b = key.map((word) => Math.imul(word ^ 0x9e3779b9, 0x85ebca6b) | 1);
  return (id) => {
    const words = wordsOf(id);
    const first = mix(dot(a, words));
    const second = mix(dot(b, words));
    return { block: first & (BLOCKS - 1), first: first >>> 4, step: second | 1 };
  };
}

/** The blocks of a filter that holds these ids. */
export function buildFilter(hashes: Iterable<Hashes>, count: number): Uint8Array[] {
  const bytes = Math.ceil((count * BITS_PER_ID) / BLOCKS / 8);
  const blocks = Array.from({ length: BLOCKS }, () => new Uint8Array(bytes));
  for (const hash of hashes) {
    const block = blocks[hash.block]!;
    for (let probe = 0; probe < PROBES; probe++) {
      const bit = bitAt(hash, probe, bytes * 8);
      block[bit >> 3]! |= 1 << (bit & 7);
    }
  }
  return blocks;
}

/** False: the id was certainly not put in. True: it very likely was. */
export function mayHold(block: Uint8Array, hash: Hashes): boolean {
  for (let probe = 0; probe < PROBES; probe++) {
    const bit = bitAt(hash, probe, block.length * 8);
    if ((block[bit >> 3]! & (1 << (bit & 7))) == 0) return false;
  }
  return true;
}

function bitAt({ first, step }: Hashes, probe: number, bits: number): number {
  return ((first + Math.imul(probe, step)) >>> 0) % bits;
}

/** 22 characters of base64url as four words; a few of the first characters' bits are shifted out. */
function wordsOf(id: string): number[] {
  const words = [0, 0, 0, 0];
  for (let index = 0; index < id.length; index++) {
    words[index & 3] = Math.imul(words[index & 3]!, 64) + id.charCodeAt(index);
  }
  return words;
}

function dot(key: readonly number[], words: readonly number[]): number {
  let sum = 0;
  for (let index = 0; index < 4; index++) sum = (sum + Math.imul(key[index]!, words[index]!)) | 0;
  return sum;
}

/** murmur3's finaliser: every bit of the sum reaches every bit of the hash. */
function mix(hash: number): number {
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
