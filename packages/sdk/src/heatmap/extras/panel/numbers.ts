import type { StatDetail } from "../../../protocol/stats.ts";
import type { CountedSpot, HeatmapState, Measure } from "../../heatmap-state.ts";
import { keyOf } from "../../locate.ts";
import { COUNTS } from "../measure.ts";

/** What the numbers say: clicks, how they changed against the period before, or their part of how often it was seen. */
export type Numbers = "clicks" | "change" | "rate";

/** How often a spot was clicked in as many days directly before. Zero where that was not asked for. */
export function sumBefore({ rows }: Pick<CountedSpot, "rows">): number {
  let sum = 0;
  for (const [, , , , before = 0] of rows) sum += before;
  return sum;
}

/** `▲ 18%`, `▼ 64%`, `▲ 12×`, `new`, `→ 0`, `=`. Rounded down, so that it never says more than there is. */
export function formatChange(count: number, before: number): string {
  if (count == before) return "=";
  if (!before) return "new";
  if (!count) return "→ 0";
  const arrow = count > before ? "▲" : "▼";
  if (count >= 10 * before) return `${arrow} ${Math.floor(count / before).toLocaleString()}×`;
  return `${arrow} ${Math.floor((Math.abs(count - before) * 100) / before) || "<1"}%`;
}

export function formatRate(rate: number): string {
  if (rate > 0 && rate < 0.001) return "<0.1%";
  return rate.toLocaleString(undefined, { style: "percent", maximumFractionDigits: 1 });
}

/** How a spot was clicked and seen in the same categories; undefined where nothing says how often it was seen. */
export interface Rate {
  clicks: number;
  seen: number;
}

/** Makes a function that tells the rate of a spot. */
export function makeRates(state: HeatmapState): (spot: CountedSpot) => Rate | undefined {
  let rows: readonly StatDetail[] = [];
  let byKey = new Map<string, StatDetail[]>();

  return ({ keys, rows: clicked, elements: [element] }) => {
    if (rows !== state.seen) {
      rows = state.seen;
      byKey = new Map();
      for (const row of rows) byKey.set(keyOf(row), [...(byKey.get(keyOf(row)) ?? []), row]);
    }
    let seen = 0;
    let clicks = 0;
    for (const row of keys.flatMap((key) => byKey.get(key) ?? [])) {
      const counted = clicked.filter(([domId, , , category]) => domId === row[0] && category === row[3]);
      // What the filter leaves out has no rate.
      if (clicked.length > 0 ? counted.length === 0 : !state.keep(row)) continue;
      seen += row[1];
      for (const [, count] of counted) clicks += count / countLabels(element!, row[3]);
    }
    return seen > 0 ? { clicks, seen } : undefined;
  };
}

/** How many labels one click on an element counts in a category, by its annotation. */
function countLabels(element: Element, category: string): number {
  const pings = element.getAttribute("data-track")?.split("|") ?? [];
  return pings.filter((ping) => (ping.split(":")[1] ?? "").trim() === category).length || 1;
}

/** The measures for these numbers. */
export function makeMeasures(rateOf: (spot: CountedSpot) => Rate | undefined): Record<Numbers, Measure> {
  return {
    clicks: COUNTS,
    change: {
      format: COUNTS.format,
      measure(spot) {
        const before = sumBefore(spot);
        if (!spot.count && !before) return undefined;
        const title = `${spot.count.toLocaleString()}, before ${before.toLocaleString()}`;
        return { value: spot.count, badge: formatChange(spot.count, before), title, bar: spot.share };
      },
    },
    rate: {
      format: formatRate,
      measure(spot) {
        const rate = rateOf(spot);
        if (!rate) return undefined;
        const value = rate.clicks / rate.seen;
        const title = `${rate.clicks.toLocaleString()} of ${rate.seen.toLocaleString()} seen`;
        return { value, badge: formatRate(value), title, bar: Math.min(1, value) };
      },
    },
  };
}
