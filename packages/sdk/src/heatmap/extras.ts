import type { HeatmapState } from "./heatmap-state.ts";
import { createFindParts } from "./parts.ts";

/** How often counts are asked for while the page is looked at. */
const LIVE_MS = 3_000;

/** What a heat map gets when its boxes are on the page: a file of its own, so that these come first. */
export function addExtras(state: HeatmapState): void {
  state.overlay.findParts = createFindParts();
  const timer = setInterval(() => {
    if (!state.card.isConnected) clearInterval(timer);
    else if (!state.paused && !document.hidden) state.refresh().catch(() => {});
  }, LIVE_MS);
}
