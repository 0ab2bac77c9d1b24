import { say } from "../card.ts";
import type { HeatmapState } from "../heatmap-state.ts";
import { heatColors, valueAt } from "../scale.ts";
import { make } from "../shadow.ts";

export const LEGEND_STYLE = `
hr{flex:1;min-width:120px;height:6px;border:0;border-radius:3px;
background:linear-gradient(90deg in oklch,${heatColors(0)},${heatColors(1)})}`;

/** Says what the colours mean: from the lowest value to the highest. */
export function showLegend(line: HTMLElement, { values, scale, measure }: HeatmapState): void {
  say(line, null, "");
  if (values.length === 0) return;
  make(line, "span", measure.format(valueAt(scale, 0, values)));
  make(line, "hr");
  make(line, "span", measure.format(valueAt(scale, 1, values)));
}
