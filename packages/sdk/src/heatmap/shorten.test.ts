import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { shorten } from "./shorten.ts";

describe("shorten", () => {
  test.each([
    [0, "0"],
    [7, "7"],
    [999, "999"],
    [1000, "1k"],
    [1234, "1.2k"],
    [99_999, "99.9k"],
    [640_999, "640k"],
    [999_999, "999k"],
    [1_250_000, "1.2M"],
    [3_400_000_000, "3.4G"],
  ])("writes %i as %s", (count, text) => {
    expect(shorten(count)).toBe(text);
  });

  it("is five characters at most, and never says more than there is", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 999_999_999_999 }), (count) => {
        const text = shorten(count);
        const [, number, unit] = /^([\d.]+)([kMG]?)$/.exec(text)!;
        expect(text.length).toBeLessThanOrEqual(5);
        expect(Number(number) * { "": 1, k: 1e3, M: 1e6, G: 1e9 }[unit!]!).toBeLessThanOrEqual(count + 1e-3);
      }),
    );
  });
});
