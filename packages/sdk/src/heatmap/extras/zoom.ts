import type { HeatmapState } from "../heatmap-state.ts";
import { addStyle } from "../shadow.ts";

/** Undoes the CSS zoom of the page inside the heat map, whose boxes are placed in pixels of the window. */
export function undoZoom({ shadow, overlay }: HeatmapState): void {
  const sheet = addStyle(shadow, "");
  const { show } = overlay;
  let zoom: number | undefined;
  overlay.show = (spots) => {
    // Where the browser does not know currentCSSZoom the rule is invalid and ignored.
    if (zoom !== shadow.host.currentCSSZoom) {
      zoom = shadow.host.currentCSSZoom;
      sheet.replaceSync(`data,aside,section{zoom:${1 / zoom}}`);
    }
    show(spots);
  };
}
