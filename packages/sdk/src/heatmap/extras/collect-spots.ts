import { AUTO_PING, USABLE } from "../../auto/usable.ts";
import { SEEN } from "../../protocol/seen.ts";
import type { StatDetail } from "../../protocol/stats.ts";
import type { CountedSpot, HeatmapState } from "../heatmap-state.ts";
import { keyOf } from "../locate.ts";
import { heatOf } from "../scale.ts";
import { isShown } from "./is-visible.ts";

/**
 * Sums the rows that are kept to spots: those that are seen now, those that are not, and those that were never clicked. Each gets
 * its words; its heat comes with the sums of nested ones. Returns all of them.
 *
 * @param elements The page's elements, by what they are counted under.
 */
export function collectSpots(
  state: HeatmapState,
  rows: readonly StatDetail[],
  elements: ReadonlyMap<string, Element[]>,
): CountedSpot[] {
  // What was seen is no action.
  state.clicks = rows.filter(([, , label]) => label !== SEEN);
  state.seen = rows.filter(([, , label]) => label === SEEN);
  const kept = new Map<string, StatDetail[]>();
  const clicked = new Set<Element>();
  for (const row of state.clicks) {
    const key = keyOf(row);
    const found = elements.get(key);
    if (!found) continue;
    for (const element of found) clicked.add(element);
    if (!state.keep(row)) continue;
    const rows = kept.get(key);
    if (rows) rows.push(row);
    else kept.set(key, [row]);
  }

  const visible: CountedSpot[] = [];
  const hidden: CountedSpot[] = [];
  for (const [key, found] of elements) {
    const spot = makeSpot([key], found, kept.get(key) ?? []);
    (found.some(isShown) ? visible : hidden).push(spot);
  }
  let total = 0;
  for (const { count } of visible) total += count;
  for (const spot of [...visible, ...hidden]) spot.share = spot.count / total;

  const silent: CountedSpot[] = [];
  state.spots = [];
  for (const spot of visible) {
    if (!describe(state, spot)) silent.push(spot);
    else {
      state.spots.push(spot);
      for (const element of spot.elements) clicked.add(element);
    }
  }
  state.hidden = hidden.filter((spot) => describe(state, spot));
  const couldCount = countsByItself(state) ? `[data-track],${USABLE}` : "[data-track]";
  state.unused = [];
  for (const spot of silent) {
    spot.elements = spot.elements.filter((element) => !clicked.has(element) && element.matches(couldCount));
    // An element may be counted under several keys.
    for (const element of spot.elements) clicked.add(element);
    if (spot.elements.length > 0) state.unused.push(spot);
  }
  return [...state.spots, ...state.hidden, ...state.unused];
}

/** Makes a spot of elements that are counted as one. */
export function makeSpot(keys: string[], elements: Element[], rows: StatDetail[]): CountedSpot {
  let count = 0;
  for (const row of rows) count += row[1];
  return { keys, elements, rows, count, share: 0, value: 0, heat: undefined, badge: "", title: "", bar: 0 };
}

/** Has the measure say something of a spot; false where it has nothing to say. */
export function describe({ measure }: HeatmapState, spot: CountedSpot): boolean {
  const measured = measure.measure(spot);
  Object.assign(spot, measured);
  return !!measured;
}

/** Gives spots their heat and their bar. Only the first ones set the scale. */
export function setHeat(state: HeatmapState, spots: readonly CountedSpot[], others: readonly CountedSpot[]): void {
  state.values = [...new Set(spots.map(({ value }) => value))].toSorted((a, b) => a - b);
  const highest = state.values.at(-1)!;
  for (const spot of [...spots, ...others]) {
    spot.heat = heatOf(state.scale, spot.value, state.values);
    spot.bar ||= Math.min(1, spot.value / highest || 0);
  }
}

/** Whether clicks on this page count without annotations. */
function countsByItself({ clicks, seen }: HeatmapState): boolean {
  return [...clicks, ...seen].some(([, , , category]) => category === AUTO_PING.category);
}
