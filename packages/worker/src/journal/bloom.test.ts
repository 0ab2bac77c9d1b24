import { makeBatchId } from "@tracker/sdk/protocol";
import { describe, expect, it } from "vitest";
import { BLOCKS, buildFilter, makeHasher, mayHold } from "./bloom.ts";

const COUNT = 20_000;

describe("buildFilter", () => {
  const hash = makeHasher(makeBatchId());
  const ids = Array.from({ length: COUNT }, makeBatchId);
  const blocks = buildFilter(ids.map(hash), COUNT);

  it("holds every id that was put in", () => {
    expect(ids.every((id) => mayHold(blocks[hash(id).block]!, hash(id)))).toBe(true);
  });

  it("holds hardly any that was not", () => {
    const strangers = Array.from({ length: COUNT }, makeBatchId);
    const held = strangers.filter((id) => mayHold(blocks[hash(id).block]!, hash(id)));
    // Expected: fewer than one in 10,000.
    expect(held.length).toBeLessThan(COUNT / 1_000);
  });

  it("takes about three bytes an id, evenly over the blocks", () => {
    expect(blocks.reduce((sum, { length }) => sum + length, 0)).toBeLessThanOrEqual(COUNT * 3 + BLOCKS);
    const perBlock = Array.from({ length: BLOCKS }, (_, block) => ids.filter((id) => hash(id).block === block).length);
    expect(Math.max(...perBlock)).toBeLessThan((COUNT / BLOCKS) * 1.2);
  });

  it("spreads ids that differ in one character only", () => {
    const alike = Array.from({ length: 64 }, (_, index) => "A".repeat(21) + String.fromCharCode(48 + index));
    expect(new Set(alike.map((id) => hash(id).first)).size).toBe(64);
  });
});
