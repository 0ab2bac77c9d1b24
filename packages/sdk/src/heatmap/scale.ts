/** The colour of a heat from 0 (cold) to 1 (hot), as CSS. */
export type Scale = (heat: number) => string;

/**
 * Cold blue over violet to hot red. The hue turns at one lightness and one chroma, which sRGB has all the way, in a space
 * where equal steps look equally far apart (https://bottosson.github.io/posts/oklab/).
 */
export const heatScale: Scale = (heat) => `oklch(.57 .2 ${262 + 123 * heat})`;

/**
 * How hot a count is beside the highest one: 0 for a single action, 1 for the highest. Logarithmic, because clicks on a
 * page differ by orders of magnitude: every tenfold is the same step.
 */
export function heatOf(count: number, highest: number): number {
  return highest > 1 ? Math.log(count) / Math.log(highest) : 0;
}
