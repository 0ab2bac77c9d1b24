import type { CountedSpot } from "../heatmap-state.ts";
import { shorten } from "../shorten.ts";

/** What is shown of a spot. */
export interface Measured {
  /** What its heat follows, not negative: a count, a rate. */
  value: number;
  /** What is written at it, in a few characters: `1.2k`, `▲ 18%`, `▼ 64%`, `new`, `→ 0`, `12.3%`. */
  badge: string;
  /** The same in full, for whoever wants to know exactly: `1,234 clicks`. */
  title: string;
  /** How long the bar below it is, as a part of its width from 0 to 1. */
  bar: number;
}

/**
 * What a heat map shows of its spots. Counts at first; the panel replaces it to show changes or rates. Elements that are one box with
 * the sum are one spot: with all their keys and rows, so measure a spot by these alone.
 */
export interface Measure {
  /** Undefined for a spot with nothing to say: it is drawn dashed, as never clicked. */
  measure(spot: CountedSpot): Measured | undefined;
  /** Writes a value at the legend: `1.2k`, `12%`. */
  format(value: number): string;
}

/** Shows how often elements were clicked, and as the bar their part of all clicks on this page. */
export const COUNTS: Measure = {
  measure: ({ count, share }) =>
    count ? { value: count, badge: shorten(count), title: count.toLocaleString(), bar: share } : undefined,
  format: shorten,
};
