import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeBatch, encodeBatch, makeBatchId, type Batch } from "./batch.ts";

const ID = "AAAAAAAAAAAAAAAAAAAAA_";
const AT = 1_790_000_000_000;
const ping = (label: string, category = "", domId = "", count = 1) => ({ label, category, domId, count });
const wire = (fields: object) => JSON.stringify({ v: 1, id: ID, at: AT, pings: [["a"]], ...fields });
const codeOf = (text: string) => {
  const result = decodeBatch(text);
  return result.ok ? "ok" : result.code;
};

describe("makeBatchId", () => {
  test("makes 22 base64url characters, never the same twice", () => {
    const ids = Array.from({ length: 1000 }, makeBatchId);
    for (const id of ids) expect(id).toMatch(/^[A-Za-z0-9_-]{22}$/);
    expect(new Set(ids).size).toBe(1000);
  });
});

describe("encodeBatch", () => {
  test("leaves out an absent site, empty trailing parts and counts of 1", () => {
    const pings = [ping("a"), ping("b", "c"), ping("d", "", "e"), ping("f", "", "", 3)];
    expect(encodeBatch({ id: ID, at: AT, pings })).toBe(
      `{"v":1,"id":"${ID}","at":${AT},"pings":[["a"],["b","c"],["d","","e"],["f","","",3]]}`,
    );
  });

  test("writes lists also where a library gives them a toJSON() that makes text of them", () => {
    // oxlint-disable-next-line eslint/no-extend-native -- as Prototype.js 1.6 does
    Object.defineProperty(Array.prototype, "toJSON", { value: () => "[]", configurable: true });
    try {
      expect(encodeBatch({ id: ID, at: AT, pings: [ping("a", "b", 'c"', 2)] })).toBe(
        `{"v":1,"id":"${ID}","at":${AT},"pings":[["a","b","c\\"",2]]}`,
      );
    } finally {
      delete (Array.prototype as { toJSON?: unknown }).toJSON;
    }
  });
});

describe("decodeBatch", () => {
  test("is the inverse of encodeBatch", () => {
    const part = (min: number) =>
      fc.string({ unit: "grapheme", minLength: min, maxLength: 20 }).filter((text) => {
        return !/[\p{Cc}\p{Cs}]/u.test(text) && text === text.trim() && text.length >= min;
      });
    const anyPing = fc
      .tuple(part(1), part(0), part(0), fc.integer({ min: 1, max: 1_000 }))
      .map((fields) => ping(...fields));
    const anyBatch: fc.Arbitrary<Batch> = fc.record(
      {
        id: fc.constant(0).map(makeBatchId),
        at: fc.maxSafeNat(),
        site: fc.domain(),
        pings: fc.array(anyPing, { minLength: 1, maxLength: 20 }),
      },
      { requiredKeys: ["id", "at", "pings"] },
    );
    fc.assert(
      fc.property(anyBatch, (batch) => {
        expect(decodeBatch(encodeBatch(batch))).toEqual({ ok: true, value: { ...batch, rejected: [] } });
      }),
    );
  });

  test("any JSON either parses or names its error", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.json(),
          fc.string(),
          fc.json().map((pings) => wire({ pings: JSON.parse(pings) })),
        ),
        (text) => {
          const result = decodeBatch(text);
          if (!result.ok) expect(result.code && result.message).toBeTruthy();
        },
      ),
    );
  });

  test("names what is wrong with a batch that cannot count", () => {
    for (const text of ["", "{", "nope", "[]", "null", "1"]) expect(codeOf(text)).toBe("bad_json");
    for (const v of [undefined, 0, 2, "1"]) expect(codeOf(wire({ v }))).toBe("bad_version");
    for (const id of [undefined, 7, "", "short", `${ID}x`, "AAAAAAAAAAAAAAAAAAAAA+"])
      expect(codeOf(wire({ id }))).toBe("bad_id");
    for (const at of [undefined, "1", 1.5, -1, 2 ** 53]) expect(codeOf(wire({ at }))).toBe("bad_at");
    for (const site of [null, 1, "", "a".repeat(254)]) expect(codeOf(wire({ site }))).toBe("bad_site");
    for (const pings of [undefined, {}, "a", []]) expect(codeOf(wire({ pings }))).toBe("no_pings");
    expect(codeOf(wire({ pings: Array.from({ length: 1000 }, () => ["a"]) }))).toBe("ok");
    expect(codeOf(wire({ pings: Array.from({ length: 1001 }, () => ["a"]) }))).toBe("too_many_pings");
  });

  test("reports each wrong ping with its position and keeps the right ones beside it", () => {
    const result = decodeBatch(
      wire({ pings: [["a"], "b", [], ["c", 1], ["d", "", "", 0], ["e", "f", "g", 2], ["h", "", "", 1, 5], null] }),
    );
    expect(result).toMatchObject({ ok: true, value: { pings: [ping("a"), ping("e", "f", "g", 2)] } });
    expect(result.ok && result.value.rejected.map(({ index, code }) => [index, code])).toEqual([
      [1, "bad_type"],
      [2, "label_missing"],
      [3, "bad_type"],
      [4, "bad_count"],
      [6, "too_many_parts"],
      [7, "bad_type"],
    ]);
  });

  test("ignores fields it does not know", () => {
    expect(codeOf(wire({ later: { version: 2 } }))).toBe("ok");
  });
});
