import { heatScale } from "./scale.ts";
import { make } from "./shadow.ts";

/** A card in the window's corner. */
export const LEGEND_STYLE = `
aside{position:fixed;right:12px;bottom:12px;z-index:2147483647;padding:12px;border:1px solid #8885;border-radius:12px;
font:13px/1.4 system-ui;color-scheme:light dark;color:CanvasText;background:Canvas}
p{display:flex;gap:8px;align-items:center;margin:0}
hr{width:120px;height:6px;border:0;border-radius:3px;background:linear-gradient(90deg in oklch,${heatScale(0)},${heatScale(1)})}`;

/** Says what the colours mean: from one action to the highest count. */
export function showLegend(line: HTMLElement, highest: number): void {
  line.role = null;
  line.textContent = `${Math.min(1, highest)}`;
  make(line, "hr");
  make(line, "span", highest.toLocaleString());
}

/** Says why there are no counts, for as long as there are none. */
export function showFailure(line: HTMLElement, { message }: Error): void {
  line.role = "alert";
  // Writing the same text again would make screen readers read it again.
  if (line.textContent !== message) line.textContent = message;
}
