import type { Day } from "../protocol/day.ts";
import type { StatDetail } from "../protocol/stats.ts";
import { fetchStats } from "./fetch-stats.ts";
import { follow } from "./follow.ts";
import { createLegend, LEGEND_STYLE } from "./legend.ts";
import { addTo, keyOf, locate } from "./locate.ts";
import type { HeatmapState } from "./heatmap-state.ts";
import { createOverlay, OVERLAY_STYLE } from "./overlay.ts";
import { heatOf, heatScale } from "./scale.ts";
import { createShadow } from "./shadow.ts";

/** What to show, and where. */
export interface HeatmapOptions {
  /** Where the tracker's Worker answers, such as `https://example.com/t`. */
  endpoint: string;
  /** The part of the page to look at, default all of it. */
  root?: ParentNode;
  /** The right to read, where statistics are not public and the page is not on the Worker's own origin. */
  token?: string;
  /** First day, default today. */
  from?: Day;
  /** Last day, included, default today. */
  to?: Day;
  /** Whose statistics, where the Worker serves several sites. */
  site?: string;
}

/** A heat map on the page. */
export interface Heatmap {
  /**
   * Asks for the counts again, as it does by itself every three seconds.
   *
   * @throws Error with the server's `code` when it does not give them.
   */
  refresh(): Promise<void>;
  /** Takes the heat map off the page. */
  remove(): void;
}

/**
 * Shows on the page itself where the clicks go: a box over each element that has counts, from cold blue to hot red, with its
 * number. The page's own elements, styles and layout are never touched.
 *
 * @example
 * const heatmap = showHeatmap({ endpoint: "https://tracker.example.com" });
 * heatmap.remove();
 */
export function showHeatmap({ endpoint, root = document, token, ...range }: HeatmapOptions): Heatmap {
  const shadow = createShadow(OVERLAY_STYLE + LEGEND_STYLE);
  const overlay = createOverlay(shadow);
  const legend = createLegend(shadow);
  const follower = follow(overlay.place, onChange);
  let elements = new Map<string, Element[]>();
  let asked = "";
  let asking: Promise<void> | undefined;

  const state: HeatmapState = {
    shadow,
    overlay,
    card: legend.card,
    range,
    scale: heatScale,
    rows: [],
    spots: [],
    keep: () => true,
    onShow() {},
    show,
    refresh: () => (asking ??= ask().finally(() => (asking = undefined))),
    remove() {
      follower.stop();
      shadow.host.remove();
    },
  };

  function onChange(): void {
    elements = locate(root, follower.watch);
    if ([...elements.keys()].join() === asked) show();
    // The legend says what goes wrong.
    else state.refresh().catch(() => {});
  }

  async function ask(): Promise<void> {
    const keys = [...elements.keys()];
    asked = keys.join();
    try {
      state.rows = await fetchStats(endpoint, token, { ...state.range, dom_ids: keys.map((key) => JSON.parse(key)) });
      show();
    } catch (error) {
      legend.show((error as Error).message);
      throw error;
    }
  }

  function show(): void {
    const kept = new Map<string, StatDetail[]>();
    for (const row of state.rows.filter(state.keep)) addTo(kept, keyOf(row), row);
    const counted = [...kept].map(([key, rows]) => ({
      rows,
      elements: elements.get(key) ?? [],
      count: rows.reduce((sum, [, counter]) => sum + counter, 0),
    }));
    const total = counted.reduce((sum, { count }) => sum + count, 0);
    const highest = Math.max(0, ...counted.map(({ count }) => count));
    state.spots = counted.map((spot) => ({
      ...spot,
      share: spot.count / total,
      color: state.scale(heatOf(spot.count, highest)),
    }));
    overlay.show(state.spots);
    legend.show(`${total.toLocaleString()} actions on this page`, highest);
    state.onShow();
  }

  onChange();
  void import("./extras.ts").then(({ addExtras }) => addExtras(state));
  return state;
}
