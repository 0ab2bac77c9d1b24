export type { Chosen } from "./heatmap/chosen.ts";
export { showHeatmap, type Heatmap, type HeatmapOptions } from "./heatmap/show-heatmap.ts";
