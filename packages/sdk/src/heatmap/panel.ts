import type { HeatmapState } from "./heatmap-state.ts";
export function openPanel(state: HeatmapState): void { console.log(state); }
