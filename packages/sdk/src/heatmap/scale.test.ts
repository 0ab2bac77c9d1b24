import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { heatOf, heatScale } from "./scale.ts";

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

const heats = Array.from({ length: 11 }, (_, tenth) => tenth / 10);

describe("heatScale", () => {
  const colors = heats.map((heat) => toOklab(heatScale(heat)));

  it("goes from blue to red in steps that look equal", () => {
    const steps = colors
      .slice(1)
      .map((color, index) => Math.hypot(...color.map((x, axis) => x - colors[index]![axis]!)));
    expect(Math.max(...steps) / Math.min(...steps)).toBeLessThan(1.001);
    const [cold, hot] = [toLinearRgb(colors[0]!), toLinearRgb(colors.at(-1)!)];
    expect(cold.indexOf(Math.max(...cold))).toBe(2);
    expect(hot.indexOf(Math.max(...hot))).toBe(0);
  });

  it("can be shown on any screen, and read with white on it", () => {
    for (const color of colors) {
      const rgb = toLinearRgb(color);
      for (const channel of rgb) {
        expect(channel).toBeGreaterThan(-0.005);
        expect(channel).toBeLessThan(1.005);
      }
      const luminance = 0.2126 * rgb[0]! + 0.7152 * rgb[1]! + 0.0722 * rgb[2]!;
      expect(1.05 / (luminance + 0.05)).toBeGreaterThan(4.5);
    }
  });
});

describe("heatOf", () => {
  it("is 0 for one action, 1 for the most, and rises by the same for every tenfold", () => {
    expect([1, 10, 100, 1000].map((count) => heatOf(count, 1000).toFixed(3))).toEqual([
      "0.000",
      "0.333",
      "0.667",
      "1.000",
    ]);
    expect(heatOf(1, 1)).toBe(0);
  });

  it("never leaves the scale, and never cools with more", () => {
    const count = fc.integer({ min: 1, max: 1e9 });
    fc.assert(
      fc.property(count, count, count, (...counts) => {
        const [few, more, most] = counts.toSorted((a, b) => a - b) as [number, number, number];
        const [cool, warm] = [heatOf(few, most), heatOf(more, most)];
        expect(0 <= cool && cool <= warm && warm <= 1).toBe(true);
      }),
    );
  });
});
