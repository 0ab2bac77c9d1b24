import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { heatColor, heatOf, valueAt, type Scale } from "./scale.ts";
import { BADGE_TEXT_LIGHTNESS } from "./overlay.ts";

type Color = [lightness: number, a: number, b: number];

/** Reads `oklch(…)` as coordinates in OKLab, where distance is difference to the eye. */
function toOklab(css: string): Color {
  const [lightness, chroma, hue] = css.slice("oklch(".length, -1).split(" ").map(Number) as Color;
  const angle = (hue * Math.PI) / 180;
  return [lightness, chroma * Math.cos(angle), chroma * Math.sin(angle)];
}

/** Linear red, green and blue; outside of 0 to 1 a screen cannot show it. https://bottosson.github.io/posts/oklab/ */
function toLinearRgb([lightness, a, b]: Color): number[] {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
}

function luminanceOf(color: Color): number {
  const [red, green, blue] = toLinearRgb(color) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio */
function contrast(one: number, other: number): number {
  return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
}

const heats = Array.from({ length: 101 }, (_, percent) => percent / 100);

describe.each([
  { page: "light", isDark: false, background: 1, direction: -1 },
  { page: "dark", isDark: true, background: 0, direction: 1 },
])("heatColor on a $page page", ({ isDark, background, direction }) => {
  const colors = heats.map((heat) => toOklab(heatColor(heat, isDark)));

  it("stands out the more the hotter it is, by equal steps of lightness, which every eye sees", () => {
    const steps = colors.slice(1).map(([lightness], index) => lightness - colors[index]![0]);
    for (const step of steps) {
      expect(Math.sign(step)).toBe(direction);
      expect(step).toBeCloseTo(steps[0]!, 2);
    }
    const contrasts = colors.map((color) => contrast(luminanceOf(color), background));
    expect(contrasts).toEqual(contrasts.toSorted((a, b) => a - b));
  });

  it("is seen as an outline in its hot half", () => {
    for (const color of colors.slice(50)) expect(contrast(luminanceOf(color), background)).toBeGreaterThanOrEqual(3);
  });

  it("has a text on it that can be read", () => {
    for (const color of colors) {
      const text = color[0] < BADGE_TEXT_LIGHTNESS ? 1 : 0;
      expect(contrast(luminanceOf(color), text)).toBeGreaterThanOrEqual(4.5);
    }
  });

  it("can be shown on any screen, in one hue", () => {
    for (const color of colors) {
      for (const channel of toLinearRgb(color)) {
        expect(channel).toBeGreaterThan(-0.005);
        expect(channel).toBeLessThan(1.005);
      }
      expect(Math.atan2(color[2], color[1])).toBeCloseTo(Math.atan2(colors[0]![2], colors[0]![1]), 6);
    }
  });
});

const SCALES: Scale[] = ["rank", "linear", "log"];

describe("heatOf", () => {
  const values = [1, 10, 100, 1000];
  const heatsOf = (scale: Scale) => values.map((value) => Number(heatOf(scale, value, values).toFixed(3)));

  it("follows the order, the proportion or the orders of magnitude", () => {
    expect(heatsOf("rank")).toEqual([0, 0.333, 0.667, 1]);
    expect(heatsOf("linear")).toEqual([0.001, 0.01, 0.1, 1]);
    expect(heatsOf("log")).toEqual([0, 0.333, 0.667, 1]);
  });

  test.each(SCALES)("by %s never leaves the scale, and never cools with more", (scale) => {
    const value = fc.oneof(
      fc.integer({ min: 0, max: 1e9 }),
      fc.integer({ min: 0, max: 1000 }).map((thousandths) => thousandths / 1000),
    );
    fc.assert(
      fc.property(fc.uniqueArray(value, { minLength: 1 }), value, value, (drawn, one, other) => {
        const values = drawn.toSorted((a, b) => a - b);
        const [few, more] = [one, other].toSorted((a, b) => a - b) as [number, number];
        const [cool, warm] = [heatOf(scale, few, values), heatOf(scale, more, values)];
        expect(0 <= cool && cool <= warm && warm <= 1).toBe(true);
        expect(heatOf(scale, values.at(-1)!, values)).toBe(1);
      }),
    );
  });
});

describe("valueAt", () => {
  test.each(SCALES)("by %s is the value whose heat it is", (scale) => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 1e9 }), { minLength: 1 }), (drawn) => {
        const values = drawn.toSorted((a, b) => a - b);
        for (const value of values) {
          expect(valueAt(scale, heatOf(scale, value, values), values) / value).toBeCloseTo(1, 6);
        }
      }),
    );
  });
});
