import { say } from "../card.ts";
import type { HeatmapState } from "../heatmap-state.ts";
import { heatColors, valueAt } from "../scale.ts";
import { make } from "../shadow.ts";
import { isOnDark } from "./is-on-dark.ts";

export const LEGEND_STYLE = `
.dark{color-scheme:dark}
.cold{color:light-dark(#555,#ccc)!important;outline:1.5px dashed;box-shadow:0 0 0 1.5px var(--halo)}
p{display:grid;grid-template-columns:1fr auto 1fr;gap:4px 8px;font-variant-numeric:tabular-nums}
p span:last-child:not(:only-child){text-align:end}
p:not(:has(hr)){display:block;max-width:26em}
hr{grid-column:1/-1;width:100%;min-width:140px;height:6px;margin:0;border:0;border-radius:3px;
background:linear-gradient(90deg in oklch,${heatColors(0)},${heatColors(1)})}`;

/** Where the legend has numbers. */
const TICKS = [0, 0.5, 1];

/** Says what the colours mean, or why there are none. */
export function showLegend(line: HTMLElement, state: HeatmapState): void {
  const { values, scale, measure, card } = state;
  // Its colours are those of the page.
  card.style.colorScheme = isOnDark(document.documentElement) ? "dark" : "light";
  if (values.length === 0) return say(line, null, tellWhy(state));
  const ticks = values.length > 1 ? TICKS : [1];
  const texts = ticks.map((heat) => measure.format(valueAt(scale, heat, values)));
  if (line.role === null && [...line.querySelectorAll("span")].map((tick) => tick.textContent).join() === texts.join())
    return;
  say(line, null, "");
  make(line, "hr");
  for (const text of texts) make(line, "span", text);
}

function tellWhy({ clicks, hidden, unused }: HeatmapState): string {
  if (hidden.length > 0) return "All that was clicked is hidden at the moment.";
  if (clicks.length > 0) return "Nothing fits what you search for.";
  if (unused.length > 0) return "Nothing was clicked in these days.";
  return "Nothing was counted here in these days. Elements count that have data-track, or with data-auto on the script tag all of them.";
}
