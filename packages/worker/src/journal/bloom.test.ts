import { makeBatchId } from "@tracker/sdk/protocol";
import { describe, expect, it } from "vitest";
import { BLOCKS, buildFilter, makeHasher, mayHold, SECRET_BYTES, type Hashes } from "./bloom.ts";

const COUNT = 20_000;

function makeSecret(): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(SECRET_BYTES));
}

describe("buildFilter", () => {
  const hash = makeHasher(makeSecret());
  const ids = Array.from({ length: COUNT }, makeBatchId);
  const blocks = buildFilter(ids.map(hash), COUNT);

  it("holds every id that was put in", () => {
    expect(ids.every((id) => mayHold(blocks[hash(id).block]!, hash(id)))).toBe(true);
  });

  it("holds hardly any that was not", () => {
    const strangers = Array.from({ length: COUNT }, makeBatchId);
    const held = strangers.filter((id) => mayHold(blocks[hash(id).block]!, hash(id)));
    // Expected: one in a million.
    expect(held.length).toBeLessThanOrEqual(2);
  });

  it("takes about four bytes an id, evenly over the blocks", () => {
    expect(blocks.reduce((sum, { length }) => sum + length, 0)).toBeLessThanOrEqual(COUNT * 4 + BLOCKS);
    expect(fullestOf(ids.map(hash))).toBeLessThan((COUNT / BLOCKS) * 1.2);
  });
});

describe("makeHasher", () => {
  it("is SipHash-2-4, by its authors' first example", () => {
    const secret = Uint8Array.from({ length: 16 }, (_, index) => index);
    const message = String.fromCharCode(...Array.from({ length: 15 }, (_, index) => index));
    const [high, low] = [0xa129ca61, 0x49be45e5];
    expect(makeHasher(secret)(message)).toEqual({ block: high % BLOCKS, first: high >>> 4, step: low | 1 });
  });

  it("depends on the secret", () => {
    const id = makeBatchId();
    expect(makeHasher(makeSecret())(id)).not.toEqual(makeHasher(makeSecret())(id));
  });

  it("spreads ids that are alike", () => {
    const hash = makeHasher(makeSecret());
    const alike = Array.from({ length: 64 }, (_, index) => "A".repeat(21) + String.fromCharCode(48 + index));
    expect(new Set(alike.map((id) => hash(id).first)).size).toBe(64);
  });

  it("gives ids that were made to collide, whatever the secret of a multiply-add, hashes of their own", () => {
    const collisions = makeCollisions();
    expect(collisions.length).toBeGreaterThan(50_000);
    for (const secret of [makeBatchId(), makeBatchId()]) {
      const weak = multiplyAdd(secret);
      expect(new Set(collisions.map(weak)).size).toBe(1);
    }
    const hash = makeHasher(makeSecret());
    const hashes = collisions.map(hash);
    expect(new Set(hashes.map(({ block, first, step }) => `${block} ${first} ${step}`)).size).toBe(collisions.length);
    expect(fullestOf(hashes)).toBeLessThan((collisions.length / BLOCKS) * 1.2);
    // None of a half looks as if it were in a filter of the other.
    const half = collisions.length / 2;
    const filter = buildFilter(hashes.slice(0, half), half);
    const held = hashes.slice(half).filter((one) => mayHold(filter[one.block]!, one));
    expect(held.length).toBeLessThanOrEqual(3);
  });
});

/** How many ids the block has that has the most. */
function fullestOf(hashes: readonly Hashes[]): number {
  return Math.max(
    ...Array.from({ length: BLOCKS }, (_, index) => hashes.filter(({ block }) => block === index).length),
  );
}

/** The hash that was here before: a keyed sum of four 32-bit words, each of every fourth character times a power of 64. */
function multiplyAdd(secret: string): (id: string) => number {
  const key = wordsOf(secret).map((word) => word | 1);
  return (id) => wordsOf(id).reduce((sum, word, index) => (sum + Math.imul(key[index]!, word)) | 0, 0);
}

function wordsOf(id: string): number[] {
  const words = [0, 0, 0, 0];
  for (let index = 0; index < id.length; index++) {
    words[index & 3] = Math.imul(words[index & 3]!, 64) + id.charCodeAt(index);
  }
  return words;
}

/**
 * Ids that differ and have the same words: in a word, a character one higher and the next one 64 lower; and a first character
 * of which all but two bits are shifted out.
 */
function makeCollisions(): string[] {
  let ids = [[..."A".repeat(22)]];
  const vary = (ways: ((id: string[]) => void)[]): void => {
    ids = ids.flatMap((id) =>
      ways.map((change) => {
        const copy = [...id];
        change(copy);
        return copy;
      }),
    );
  };
  // The words of six characters start at 0 and 1.
  for (const start of [0, 1]) {
    const same = [..."AEIMQUYaeimquy"];
    vary(same.map((character) => (id) => void (id[start] = character)));
  }
  // Pairs within a word, four places apart: "b1" and "aq" are the same, and so on.
  for (const [first, second] of [
    [4, 8],
    [5, 9],
    [6, 10],
    [7, 11],
    [12, 16],
    [13, 17],
    [14, 18],
    [15, 19],
  ] as const) {
    vary([(id) => void ((id[first] = "b"), (id[second] = "1")), (id) => void ((id[first] = "a"), (id[second] = "q"))]);
  }
  return ids.map((id) => id.join(""));
}
