import type { HeatmapState } from "../../heatmap-state.ts";
import { make } from "../../shadow.ts";
import { formatChange, sumBefore } from "./numbers.ts";

/** What the panel says above its list. */
export interface Total {
  number: string;
  /** Of what the number is. */
  words: string;
  /** What else is to be known of it. */
  note: string;
}

/** Makes the line, and a function that writes it. Screen readers read it when it changes. */
export function makeTotal(parent: HTMLElement): (total: Total) => void {
  const output = make(parent, "output");
  const parts = ["strong", "span", "small"].map((name) => make(output, name));
  return ({ number, words, note }) => {
    // Not by entries(): an old Prototype.js has its own.
    [number, words, note].forEach((text, index) => {
      const part = parts[index]!;
      // The same text again would be read again.
      if (part.textContent !== text) part.textContent = text;
    });
  };
}

/**
 * Sums up what is shown.
 *
 * @param before What the days before are called, such as `the 7 days`; empty where they are not compared.
 */
export function sumUp(state: HeatmapState, before: string): Total {
  const { spots, range, rows } = state;
  if (!rows) return { number: "", words: "Loading…", note: "" };
  let sum = 0;
  let earlier = 0;
  let clicked = 0;
  for (const spot of spots) {
    sum += spot.count;
    earlier += sumBefore(spot);
    if (spot.count) clicked++;
  }
  if (!sum && !earlier) return { number: "0", words: " clicks in these days", note: explainNothing(state) };
  const isUpToNow = range.days ? " Today counts up to now." : "";
  return {
    number: sum.toLocaleString(),
    words: ` on ${clicked} ${clicked == 1 ? "element" : "elements"}`,
    note: before
      ? `${formatChange(sum, earlier)} against ${earlier.toLocaleString()} in ${before} before.${isUpToNow}`
      : "",
  };
}

/** Why there is no number on this page, or what to do. */
function explainNothing({ clicks, unused, hidden, keep }: HeatmapState): string {
  if (hidden.length > 0) return "What was clicked is hidden now.";
  if (clicks.some((row) => row[1] > 0 && !keep(row))) return "Nothing fits the filter.";
  if (unused.length > 0) return "Choose more days, or look at what was counted elsewhere.";
  return "Nothing here counts clicks yet. Put data-track on elements, or data-auto on the tag.";
}
