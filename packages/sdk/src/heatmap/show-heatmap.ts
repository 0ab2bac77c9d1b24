import type { Day } from "../protocol/day.ts";
import type { StatDetail } from "../protocol/stats.ts";
import { WATCHED } from "../protocol/watched.ts";
import { CARD_STYLE, say } from "./card.ts";
import { countSpots } from "./count-spots.ts";
import { follow } from "./follow.ts";
import { loadExtras } from "./load-extras.ts";
import type { Chosen } from "./chosen.ts";
import { locate } from "./locate.ts";
import type { BasicState, Failure } from "./heatmap-state.ts";
import { createOverlay, OVERLAY_STYLE } from "./overlay.ts";
import { readCounting } from "./this-page.ts";
import { createShadow, make } from "./shadow.ts";

/** What to show, and where. */
export interface HeatmapOptions {
  /** Where the tracker's Worker answers, such as `https://example.com/t`. */
  endpoint: string;
  /** The part of the page to look at, default all of it. */
  root?: ParentNode;
  /** The right to read, where statistics are not public and the page is not on the Worker's own origin. */
  token?: string;
  /** How many days up to today, in place of `from` and `to`. */
  days?: number;
  /** First day, default today. */
  from?: Day;
  /** Last day, included, default today. */
  to?: Day;
  /** Whose statistics, where the Worker serves several sites. */
  site?: string;
  /** What a link chose. Such a heat map stays open on the next pages of this tab, until it is closed. */
  chosen?: Chosen;
  /** Whether a panel to choose days, categories and labels opens with it, default true. */
  panel?: boolean;
  /**
   * Whether the page goes on counting, default false: who looks does not count. For pages that show their counts to visitors.
   */
  counting?: boolean;
  /** Called when it is gone, also by Esc or the panel's close button. */
  onRemove?: () => void;
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
 * Shows on the page itself where the clicks go: a box over each element that has counts, the more the hotter, with its
 * number. The page's own elements, styles and layout are never touched.
 *
 * @example
 * const heatmap = showHeatmap({ endpoint: "https://tracker.example.com" });
 * heatmap.remove();
 */
export function showHeatmap({
  endpoint,
  root = document,
  token,
  days,
  from,
  to,
  site,
  chosen,
  panel = true,
  counting = false,
  onRemove,
}: HeatmapOptions): Heatmap {
  if (!counting) Reflect.set(globalThis, WATCHED, true);
  const shadow = createShadow(OVERLAY_STYLE + CARD_STYLE);
  const overlay = createOverlay(shadow);
  const card = make(shadow, "aside");
  const line = make(card, "p");
  const follower = follow(overlay.place, onChange);
  let elements = new Map<string, Element[]>();
  let asked = "";
  let asking: Promise<void> | undefined;
  const state: BasicState = {
    shadow,
    overlay,
    card,
    async read(body) {
      const response = await fetch(`${endpoint.replace(/\/$/, "")}/get_stats/`, {
        method: "POST",
        // Plain text, as this is, needs no CORS preflight.
        body,
        ...(token && { headers: { Authorization: `Bearer ${token}` } }),
      }).catch(() => {
        throw new Error(`${endpoint} does not answer`);
      });
      const { ok, status } = response;
      const answer = await response.json().catch(() => ({}));
      if (ok) return answer;
      throw Object.assign(new Error(`Status ${status}`), { status }, answer.error);
    },
    endpoint,
    token,
    // Without a token it may be the public that asks, which the Worker gives no pages apart.
    range: { days, from, to, site, page: token && readCounting()?.[0] },
    chosen,
    rows: undefined,
    collect: countSpots,
    failure: undefined,
    onRemove,
    show,
    refresh: () =>
      (asking ??= ask()
        .catch((error: Failure) => {
          state.failure = error;
          show();
          throw error;
        })
        .finally(() => (asking = undefined))),
    remove() {
      if (!counting) Reflect.set(globalThis, WATCHED, false);
      follower.stop();
      shadow.host.remove();
      state.onRemove?.();
    },
  };

  function onChange(): void {
    elements = locate(root, follower.watch);
    // While requests fail, a changing page does not cause more of them.
    if (state.failure || [...elements.keys()].join() === asked) show();
    // The card says what goes wrong.
    else state.refresh().catch(() => {});
  }

  async function ask(): Promise<void> {
    const { range } = state;
    asked = [...elements.keys()].join();
    // The keys are JSON already.
    const body = JSON.stringify({ ...range, dom_ids: 0 }).replace(/0}$/, () => `[${asked}]}`);
    const rows = await state.read<StatDetail[]>(body);
    // Something else is asked for in the meantime.
    if (range !== state.range) return ask();
    state.rows = rows;
    state.failure = undefined;
    return show();
  }

  function show(): void {
    const { failure, rows } = state;
    overlay.show(state.collect(rows ?? [], elements));
    if (failure) say(line, "alert", failure.message);
    else if (!rows) say(line, null, "Loading…");
    else state.showLegend?.(line);
  }

  onChange();
  void loadExtras(state, panel);
  return state;
}
