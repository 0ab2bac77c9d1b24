import { describe, expect, test } from "vitest";
import { decodeBatch, makeBatchId } from "../protocol/batch.ts";
import { BATCH_MAX_PINGS } from "../protocol/limits.ts";
import { addPing, makeTally } from "./tally.ts";

describe("addPing", () => {
  test("merges equal pings into one with a count", () => {
    const tally = makeTally();
    addPing(tally, "a\n\n", 1);
    addPing(tally, "b\nc\nd", 2);
    addPing(tally, "a\n\n", 3);
    expect([...tally.counts]).toEqual([
      ["a\n\n", 4],
      ["b\nc\nd", 2],
    ]);
  });

  test("has no room for more than one ping may count, and changes nothing then", () => {
    const tally = makeTally();
    expect(addPing(tally, "a\n\n", 999)).toBe(true);
    expect(addPing(tally, "b\n\n", 2)).toBe(false);
    expect(addPing(tally, "b\n\n", 1)).toBe(true);
    expect([...tally.counts]).toEqual([
      ["a\n\n", 999],
      ["b\n\n", 1],
    ]);
  });

  test("takes a ping of any length and count when it is empty", () => {
    expect(addPing(makeTally(), `${"語".repeat(250)}\n${"類".repeat(100)}\n${"番".repeat(250)}`, 1_000)).toBe(true);
  });

  test("stays within what one request may hold, however long or short the pings are", () => {
    const long = (index: number) => `${String(index).padStart(250, "語")}\n${"類".repeat(100)}\n${'"'.repeat(250)}`;
    const short = (index: number) => `${index}\n\n`;
    for (const makeLines of [long, short]) {
      const tally = makeTally();
      for (let index = 0; addPing(tally, makeLines(index), 1); index++);
      const pings = [...tally.counts].map(([lines, count]) => [...lines.split("\n"), count]);
      const body = JSON.stringify({ v: 1, id: makeBatchId(), at: 0, site: "s".repeat(253), pings });
      expect(new TextEncoder().encode(body).length).toBeLessThan(65_536);
      expect(pings.length).toBeLessThanOrEqual(BATCH_MAX_PINGS);
      expect(decodeBatch(body)).toMatchObject({ ok: true, value: { rejected: [] } });
    }
  });
});
