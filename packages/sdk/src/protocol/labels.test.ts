import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { collect, formatLabels, parseLabels, readPing } from "./labels.ts";

const ping = (label: string, category = "", domId = "", count = 1) => ({ label, category, domId, count });

describe("parseLabels", () => {
  test("reads label, category and dom id", () => {
    expect(parseLabels("signup:buttons:cta")).toEqual({ pings: [ping("signup", "buttons", "cta")], rejected: [] });
  });

  test("leaves absent parts empty", () => {
    expect(parseLabels("a|b:c|d::e").pings).toEqual([ping("a"), ping("b", "c"), ping("d", "", "e")]);
  });

  test("skips empty pings, as django-tracker's own page sends them", () => {
    expect(parseLabels("a||b|  |")).toEqual({ pings: [ping("a"), ping("b")], rejected: [] });
    expect(parseLabels("")).toEqual({ pings: [], rejected: [] });
  });

  test("trims every part", () => {
    expect(parseLabels(" a : b\t: c \n").pings).toEqual([ping("a", "b", "c")]);
  });

  test("takes any script, emoji and spaces inside", () => {
    expect(parseLabels("购买 now:кнопки:🛒").pings).toEqual([ping("购买 now", "кнопки", "🛒")]);
  });

  test("reports each wrong ping with its position and keeps the right ones beside it", () => {
    const { pings, rejected } = parseLabels("good|a:b:c:d||:links|also good");
    expect(pings).toEqual([ping("good"), ping("also good")]);
    expect(rejected).toEqual([
      { index: 1, code: "too_many_parts", message: "4 parts; label:category:domId has 3" },
      { index: 3, code: "label_missing", message: "label is empty" },
    ]);
  });

  test("any string either parses or names its error", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const { pings, rejected } = parseLabels(text);
        const written = text.split("|").filter((part) => part.trim());
        expect(pings.length + rejected.length).toBe(written.length);
        for (const { code, message } of rejected) expect(code && message).toBeTruthy();
      }),
    );
  });
});

describe("formatLabels", () => {
  test("leaves out empty trailing parts", () => {
    expect(formatLabels([{ label: "a" }, { label: "b", domId: "d" }, ping("e", "f")])).toBe("a|b::d|e:f");
  });

  test("is the inverse of parseLabels", () => {
    const part = (min: number, max: number) =>
      fc
        .string({ unit: "grapheme", minLength: min, maxLength: max })
        .filter(
          (text) => !/[:|\p{Cc}\p{Cs}]/u.test(text) && text === text.trim() && text.length <= 100 && text.length >= min,
        );
    const anyPing = fc.tuple(part(1, 30), part(0, 30), part(0, 30)).map((parts) => ping(...parts));
    fc.assert(
      fc.property(fc.array(anyPing), (pings) => {
        expect(parseLabels(formatLabels(pings))).toEqual({ pings, rejected: [] });
      }),
    );
  });
});

describe("readPing", () => {
  const codeOf = (parts: unknown[], count?: unknown) => {
    const result = readPing(parts, count);
    return result.ok ? "ok" : result.code;
  };

  test("takes text that a labels string cannot carry", () => {
    expect(readPing([":r1:", "a|b", "x:y"])).toEqual({ ok: true, value: ping(":r1:", "a|b", "x:y") });
  });

  test("counts length in characters, not code units", () => {
    expect(codeOf(["😀".repeat(250)])).toBe("ok");
    expect(codeOf(["😀".repeat(251)])).toBe("label_too_long");
    expect(codeOf(["a".repeat(250), "b".repeat(100), "c".repeat(250)])).toBe("ok");
    expect(codeOf(["a".repeat(251)])).toBe("label_too_long");
    expect(codeOf(["a", "b".repeat(101)])).toBe("category_too_long");
    expect(codeOf(["a", "", "c".repeat(251)])).toBe("dom_id_too_long");
  });

  test("refuses control characters and lone surrogates inside a part", () => {
    for (const character of ["\0", "\n", "\x1b", "\x7f", "\x85", "\ud800", "\udc00"]) {
      expect(codeOf([`a${character}b`])).toBe("bad_character");
    }
  });

  test("refuses what is not text", () => {
    for (const part of [1, true, {}, [], () => "a"]) expect(codeOf([part])).toBe("bad_type");
    expect(codeOf(["a", 5])).toBe("bad_type");
  });

  test("takes null and undefined for an absent part, but needs a label", () => {
    expect(readPing(["a", null, undefined])).toEqual({ ok: true, value: ping("a") });
    for (const label of [undefined, null, "", " \t"]) expect(codeOf([label, "c"])).toBe("label_missing");
  });

  test("takes whole counts from 1 to 1,000", () => {
    expect(readPing(["a"], 1_000)).toEqual({ ok: true, value: ping("a", "", "", 1_000) });
    for (const count of [0, -1, 1.5, 1_001, Number.NaN, Infinity, "2", null])
      expect(codeOf(["a"], count)).toBe("bad_count");
  });
});

describe("collect", () => {
  test("keeps order and positions and skips what the reader skips", () => {
    const read = (text: string) => (text ? readPing([text]) : undefined);
    expect(collect(["a", "", "\0x", "b"], read)).toEqual({
      pings: [ping("a"), ping("b")],
      rejected: [{ index: 2, code: "bad_character", message: "label has a control character" }],
    });
  });
});
