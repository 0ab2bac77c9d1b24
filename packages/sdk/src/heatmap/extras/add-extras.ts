import type { BasicState, HeatmapState } from "../heatmap-state.ts";
import { addStyle } from "../shadow.ts";
import { collectSpots } from "./collect-spots.ts";
import { createFit } from "./fit-badge.ts";
import { foldNested } from "./fold-nested.ts";
import { LEGEND_STYLE, showLegend } from "./legend.ts";
import { createLook } from "./look.ts";
import { COUNTS } from "./measure.ts";
import { keepOnTop } from "./top-layer.ts";
import { undoZoom } from "./zoom.ts";

/** How often counts are asked for while the page is looked at. */
const LIVE_MS = 3_000;

/** Adds the panel and all that refines the boxes. A second file, so that the boxes come first. */
export function addExtras(basic: BasicState, withPanel: boolean): void {
  // The heat map may have been removed while this file loaded.
  if (!basic.card.isConnected) return;
  const state: HeatmapState = Object.assign(basic, {
    scale: "rank" as const,
    measure: COUNTS,
    keep: () => true,
    clicks: [],
    seen: [],
    spots: [],
    unused: [],
    hidden: [],
    values: [],
    collect: (...counted: Parameters<BasicState["collect"]>) => collectSpots(state, ...counted),
    showLegend: (line: HTMLElement) => showLegend(line, state),
  });
  addStyle(state.shadow, LEGEND_STYLE);
  const { onRemove } = state;
  const removed = new AbortController();
  state.onRemove = () => {
    removed.abort();
    onRemove?.();
  };
  keepOnTop(state.shadow.host as HTMLElement, removed.signal);
  undoZoom(state);
  foldNested(state, removed.signal);
  state.overlay.fit = createFit();
  state.overlay.look = createLook(state.overlay.layer, removed.signal);
  state.show();
  let panel: { isLive(): boolean } | undefined;
  const addPanel = async (): Promise<void> => {
    const { openPanel } = await import("./panel/open-panel.ts");
    if (!removed.signal.aborted) panel = openPanel(state, removed.signal);
  };
  // If it does not load, the boxes stay.
  if (withPanel) addPanel().catch(() => {});
  const timer = setInterval(() => {
    // A request that was refused would be refused again.
    const isRefused = state.failure?.status === 401 || state.failure?.status === 403;
    if (!document.hidden && !isRefused && (panel?.isLive() ?? true)) state.refresh().catch(() => {});
  }, LIVE_MS);
  removed.signal.addEventListener("abort", () => clearInterval(timer));
}
