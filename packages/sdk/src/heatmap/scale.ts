/** How values become heat: by their order, in proportion, or by orders of magnitude. */
export type Scale = "rank" | "linear" | "log";

// One hue, which no eye confuses. On a light page hotter is darker, on a dark page lighter: hot stands out on both. The chroma is
// what sRGB has at that lightness and hue.
const HUE = 12;

/** The colour of a heat from 0 (cold) to 1 (hot) on a light or a dark page, as CSS. */
export function heatColor(heat: number, isDark: boolean): string {
  const [lightness, chroma] = isDark ? [0.5 + 0.36 * heat, 0.16 - 0.09 * heat] : [0.72 - 0.34 * heat, 0.15];
  return `oklch(${lightness} ${chroma} ${HUE})`;
}

/** The colour of a heat, for light and dark: the `color-scheme` of the element decides. */
export function heatColors(heat: number): string {
  return `light-dark(${heatColor(heat, false)}, ${heatColor(heat, true)})`;
}

/**
 * How hot a value is among all values: 0 for the lowest, 1 for the highest, or for the only one.
 *
 * @param values All values, ascending, each once. None is negative.
 */
export function heatOf(scale: Scale, value: number, values: readonly number[]): number {
  const lowest = values[0]!;
  const highest = values.at(-1)!;
  if (value >= highest) return 1;
  if (scale == "linear") return value / highest;
  if (value <= lowest) return 0;
  if (scale == "log") return lowest > 0 ? Math.log(value / lowest) / Math.log(highest / lowest) : value / highest;
  return rankOf(value, values);
}

/** How hot a value is by its order alone. */
export function rankOf(value: number, values: readonly number[]): number {
  return values.findLastIndex((other) => other <= value) / (values.length - 1 || 1);
}

/** The value at a heat: the legend's ticks. The other way round than {@link heatOf}. */
export function valueAt(scale: Scale, heat: number, values: readonly number[]): number {
  const lowest = values[0]!;
  const highest = values.at(-1)!;
  if (scale == "rank") return values[Math.round(heat * (values.length - 1))]!;
  return scale == "log" && lowest > 0 ? lowest * (highest / lowest) ** heat : heat * highest;
}
