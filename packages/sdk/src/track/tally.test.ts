import { describe, expect, test } from "vitest";
import { decodeBatch, makeBatchId } from "../protocol/batch.ts";
import { BATCH_MAX_PINGS } from "../protocol/limits.ts";
import { addPing, isSendable, makeTally } from "./tally.ts";

const encode = (...parts: string[]) => parts.map((part) => JSON.stringify(part)).join();

describe("addPing", () => {
  test("merges equal pings into one with a count", () => {
    const tally = makeTally();
    addPing(tally, `"a","",""`, 1);
    addPing(tally, `"b","c","d"`, 2);
    addPing(tally, `"a","",""`, 3);
    expect([...tally.counts]).toEqual([
      [`"a","",""`, 4],
      [`"b","c","d"`, 2],
    ]);
  });

  test("has no room for more than one batch may count, and changes nothing then", () => {
    const tally = makeTally();
    expect(addPing(tally, `"a"`, 999)).toBe(true);
    expect(addPing(tally, `"b"`, 2)).toBe(false);
    expect(addPing(tally, `"b"`, 1)).toBe(true);
    expect([...tally.counts]).toEqual([
      [`"a"`, 999],
      [`"b"`, 1],
    ]);
  });

  test("takes a ping of any length and count when it is empty", () => {
    const parts = encode("語".repeat(250), "類".repeat(100), '"'.repeat(250));
    expect(addPing(makeTally(), parts, 1_000)).toBe(true);
    expect(isSendable(parts, 1_000)).toBe(true);
  });

  test("stays within what one request may hold, however long or short the pings are", () => {
    const long = (index: number) => encode(String(index).padStart(250, "語"), "類".repeat(100), '"'.repeat(250));
    const short = (index: number) => encode(`${index}`, "", "");
    for (const makeParts of [long, short]) {
      const tally = makeTally();
      for (let index = 0; addPing(tally, makeParts(index), 1); index++);
      const pings = [...tally.counts].map(([parts, count]) => [...(JSON.parse(`[${parts}]`) as string[]), count]);
      const body = JSON.stringify({ v: 1, id: makeBatchId(), at: 0, site: "s".repeat(253), pings });
      expect(new TextEncoder().encode(body).length).toBeLessThan(65_536);
      expect(pings.length).toBeLessThanOrEqual(BATCH_MAX_PINGS);
      expect(decodeBatch(body)).toMatchObject({ ok: true, value: { rejected: [] } });
    }
  });
});

describe("isSendable", () => {
  test.each([0, -1, 1.5, 1_001, "2", Number.NaN, Infinity, 2n, undefined])("takes no count of %s", (count) => {
    expect(isSendable(`"a"`, count)).toBe(false);
  });

  test("takes nothing that no batch has room for", () => {
    expect(isSendable(encode("x".repeat(1_000_000)), 1)).toBe(false);
  });
});
