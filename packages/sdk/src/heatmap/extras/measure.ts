import type { Measure } from "../heatmap-state.ts";
import { shorten } from "../shorten.ts";

/** Shows how often elements were clicked, and as the bar their part of all clicks on this page. */
export const COUNTS: Measure = {
  measure: ({ count, share }) =>
    count ? { value: count, badge: shorten(count), title: count.toLocaleString(), bar: share } : undefined,
  format: shorten,
};
