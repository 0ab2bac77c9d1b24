import { heatScale } from "./scale.ts";
import { make } from "./shadow.ts";

/** A small card in the window's corner that says what the colours mean. */
export interface Legend {
  card: HTMLElement;
  /** Says it, above the colours from 1 to the highest count; without that, it says why there are none. */
  show(text: string, highest?: number): void;
}

export const LEGEND_STYLE = `
aside{position:fixed;right:12px;bottom:12px;z-index:2147483647;padding:12px;border:1px solid #8885;border-radius:12px;
font:13px/1.4 system-ui;color-scheme:light dark;color:CanvasText;background:Canvas}
p{display:flex;gap:8px;align-items:center;margin:0}
hr{flex:1;height:6px;border:0;border-radius:3px;background:linear-gradient(90deg in oklch,${heatScale(0)},${heatScale(1)})}`;

export function createLegend(shadow: ShadowRoot): Legend {
  const card = make(shadow, "aside");
  const says = make(card, "p");
  const scale = make(card, "p", "1");
  make(scale, "hr");
  const most = make(scale, "span");
  return {
    card,
    show(text, highest = 0) {
      says.textContent = text;
      scale.hidden = !highest;
      most.textContent = highest.toLocaleString();
    },
  };
}
