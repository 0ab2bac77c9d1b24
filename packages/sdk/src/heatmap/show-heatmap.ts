import type { Day } from "../protocol/day.ts";
import { fetchStats } from "./fetch-stats.ts";
import { follow } from "./follow.ts";
import { createLegend } from "./legend.ts";
import { locate } from "./locate.ts";
import { createOverlay } from "./overlay.ts";
import { heatOf } from "./scale.ts";

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

/** How often counts are asked for while the page is looked at. */
const LIVE_MS = 3_000;

/**
 * Shows on the page itself where the clicks go: a box over each element whose id has counts, from cold blue to hot red,
 * with its number. The page's own elements, styles and layout are never touched.
 *
 * @example
 * const heatmap = showHeatmap({ endpoint: "https://tracker.example.com" });
 * heatmap.remove();
 */
export function showHeatmap({ endpoint, root = document, token, ...range }: HeatmapOptions): Heatmap {
  const overlay = createOverlay();
  const legend = createLegend();
  const follower = follow(overlay.place, onChange);
  const counts = new Map<string, number>();
  let elements = new Map<string, Element[]>();
  let refreshing: Promise<void> | undefined;

  function onChange(): void {
    const located = locate(root);
    elements = located.elements;
    follower.watch(located.trees);
    if ([...elements.keys()].every((domId) => counts.has(domId))) draw();
    else void refresh().catch(() => {});
  }

  function refresh(): Promise<void> {
    return (refreshing ??= ask().finally(() => (refreshing = undefined)));
  }

  async function ask(): Promise<void> {
    const domIds = [...elements.keys()];
    try {
      const rows = await fetchStats({ endpoint, token }, { domIds, ...range });
      for (const domId of domIds) counts.set(domId, 0);
      for (const [domId, counter] of rows) counts.set(domId, (counts.get(domId) ?? 0) + counter);
    } catch (error) {
      legend.complain((error as Error).message);
      throw error;
    }
    draw();
  }

  function draw(): void {
    const counted = [...elements].flatMap(([domId, same]) => {
      const count = counts.get(domId) ?? 0;
      return count ? [{ element: same[0]!, count }] : [];
    });
    const total = counted.reduce((sum, { count }) => sum + count, 0);
    const highest = Math.max(0, ...counted.map(({ count }) => count));
    overlay.show(
      counted.map(({ element, count }) => ({ element, count, heat: heatOf(count, highest), share: count / total })),
    );
    overlay.place();
    legend.show(highest, total);
  }

  const asking = setInterval(() => {
    if (document.visibilityState === "visible") void refresh().catch(() => {});
  }, LIVE_MS);
  onChange();

  return {
    refresh,
    remove() {
      clearInterval(asking);
      follower.stop();
      overlay.remove();
      legend.remove();
    },
  };
}
