import { describe, expect, it } from "vitest";
import { makeSafeScale } from "./safe-scale.ts";

const heats = Array.from({ length: 11 }, (_, tenth) => tenth / 10);

function lightnessOf(color: string): number {
  return Number(/^oklch\(([\d.]+)/.exec(color)![1]);
}

describe("makeSafeScale", () => {
  it.each([
    ["darker on a light page", false, -1],
    ["lighter on a dark page", true, 1],
  ])("makes what is hotter %s, by equal steps", (_, isDark, direction) => {
    const lightness = heats.map((heat) => lightnessOf(makeSafeScale(isDark)(heat)));
    const steps = lightness.slice(1).map((value, index) => value - lightness[index]!);
    for (const step of steps) {
      expect(Math.sign(step)).toBe(direction);
      expect(step).toBeCloseTo(steps[0]!, 6);
    }
  });
});
