import { SEEN } from "../protocol/seen.ts";
import type { StatDetail } from "../protocol/stats.ts";
import { keyOf } from "./locate.ts";
import type { Spot } from "./overlay.ts";
import { rankOf } from "./scale.ts";
import { shorten } from "./shorten.ts";

/** Sums the rows of each element: what is drawn until the extras are there, which know more of the page. */
export function countSpots(rows: readonly StatDetail[], elements: ReadonlyMap<string, Element[]>): Spot[] {
  const counts = new Map<string, number>();
  for (const row of rows) {
    const key = keyOf(row);
    // What was seen is no action.
    if (row[2] === SEEN || !elements.has(key)) continue;
    counts.set(key, (counts.get(key) ?? 0) + row[1]);
  }
  const values = [...new Set(counts.values())].toSorted((a, b) => a - b);
  return [...counts].map(([key, count]) => ({
    elements: elements.get(key)!,
    heat: rankOf(count, values),
    badge: shorten(count),
    bar: count / values.at(-1)!,
  }));
}
