import type { Measure } from "../heatmap-state.ts";
import { shorten } from "../shorten.ts";

/** Shows how often elements were clicked. */
export const COUNTS: Measure = {
  measure: ({ count }) => (count ? { value: count, badge: shorten(count), title: count.toLocaleString() } : undefined),
  format: shorten,
};
