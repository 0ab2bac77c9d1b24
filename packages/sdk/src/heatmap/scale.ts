/** A colour scale: the heat map's own, or one that stays readable without telling red from green or blue. */
export type Scale = "heat" | "safe";

// Both are straight lines in a perceptual colour space (https://bottosson.github.io/posts/oklab/), so equal steps of
// heat look equally far apart. "heat" turns the hue from blue over violet to red at one lightness and chroma that sRGB
// has all the way; "safe" goes from dark blue to light yellow, which differ in lightness for every eye.
const SCALES: Record<Scale, (heat: number) => string> = {
  heat: (heat) => `oklch(0.6 0.2 ${262 + 123 * heat})`,
  safe: (heat) => `oklab(${0.42 + 0.46 * heat} ${-0.015 * (1 + heat)} ${-0.125 + 0.285 * heat})`,
};

/** The CSS colour of a heat between 0 (cold) and 1 (hot). */
export function colorOf(heat: number, scale: Scale = "heat"): string {
  return SCALES[scale](heat);
}

/**
 * How hot a count is beside the highest one: 0 for a single action, 1 for the highest. Logarithmic, because clicks on a
 * page differ by orders of magnitude: every tenfold is the same step.
 */
export function heatOf(count: number, highest: number): number {
  return highest > 1 ? Math.log(count) / Math.log(highest) : 0;
}
