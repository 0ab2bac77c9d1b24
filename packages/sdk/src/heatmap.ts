export { showHeatmap, type Heatmap, type HeatmapOptions } from "./heatmap/show-heatmap.ts";
