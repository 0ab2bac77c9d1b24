/**
 * A blocked Bloom filter over batch ids (Putze, Sanders, Singler 2007: "Cache-, Hash- and Space-Efficient Bloom Filters").
 * An id falls into one of BLOCKS blocks, and all its bits lie there, so a look-up in a stored filter reads one block.
 *
 * Senders choose their batch ids. The hash is SipHash-2-4 with a secret of the object, which is made for this (Aumasson and Bernstein
 * 2012, https://www.aumasson.jp/siphash/): nobody can choose ids that look like others.
 */
import siphash from "siphash";

/** A segment of the journal is full with so many ids, or so many rows: then its ids become one filter. */
export const SEGMENT_IDS = 20_000;
export const SEGMENT_ROWS = 4_000;
/** Blocks a filter is divided into; each is one stored row. */
export const BLOCKS = 16;
/** With 12 probes an id: a false positive in a million look-ups, less what the blocks' unevenness costs. */
export const BITS_PER_ID = 32;
const PROBES = 12;

/** Bytes of the secret that keys the hash. */
export const SECRET_BYTES = 16;

/** Where an id's bits are: its block, and two hashes that give the positions in it. */
export interface Hashes {
  block: number;
  first: number;
  step: number;
}

/** A keyed hash function for batch ids. */
export function makeHasher(secret: Uint8Array): (id: string) => Hashes {
  const key = new Uint32Array(secret.slice().buffer);
  return (id) => {
    const { h, l } = siphash.hash(key, id);
    return { block: h % BLOCKS, first: Math.trunc(h / BLOCKS), step: l | 1 };
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
