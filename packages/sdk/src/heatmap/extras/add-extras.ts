import type { HeatmapState } from "../heatmap-state.ts";
import { foldNested } from "./fold-nested.ts";
import { createLook } from "./look.ts";
import { openPanel } from "./panel/open-panel.ts";
import { keepOnTop } from "./top-layer.ts";
import { undoZoom } from "./zoom.ts";

/** How often counts are asked for while the page is looked at. */
const LIVE_MS = 3_000;

/** What a heat map gets when its boxes are on the page: a file of its own, so that these come first. */
export function addExtras(state: HeatmapState, withPanel: boolean): void {
  // It may be gone before this file is there.
  if (!state.card.isConnected) return;
  const { onRemove } = state;
  const removed = new AbortController();
  state.onRemove = () => {
    removed.abort();
    onRemove?.();
  };
  keepOnTop(state.shadow.host as HTMLElement, removed.signal);
  undoZoom(state);
  foldNested(state, removed.signal);
  state.overlay.look = createLook(state.overlay.layer, removed.signal);
  state.show();
  const panel = withPanel ? openPanel(state, removed.signal) : undefined;
  const timer = setInterval(() => {
    // Refused, it would be refused again.
    const isRefused = state.failure?.status === 401 || state.failure?.status === 403;
    if (!document.hidden && !isRefused && (panel?.isLive() ?? true)) state.refresh().catch(() => {});
  }, LIVE_MS);
  removed.signal.addEventListener("abort", () => clearInterval(timer));
}
