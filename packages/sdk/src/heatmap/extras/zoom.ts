import type { HeatmapState } from "../heatmap-state.ts";

/** A page may zoom itself with CSS. What lies over it is placed in the window's own pixels, so its zoom is undone there. */
export function undoZoom({ shadow, overlay }: HeatmapState): void {
  const sheet = new CSSStyleSheet();
  shadow.adoptedStyleSheets.push(sheet);
  const { show } = overlay;
  let zoom: number | undefined;
  overlay.show = (spots) => {
    // Browsers that do not tell it get a rule that means nothing.
    if (zoom !== shadow.host.currentCSSZoom) {
      zoom = shadow.host.currentCSSZoom;
      sheet.replaceSync(`data,aside,section{zoom:${1 / zoom}}`);
    }
    show(spots);
  };
}
