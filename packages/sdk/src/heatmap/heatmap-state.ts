import type { Day } from "../protocol/day.ts";
import type { StatDetail } from "../protocol/stats.ts";
import type { Chosen } from "./chosen.ts";
import type { Overlay, Spot } from "./overlay.ts";
import type { Scale } from "./scale.ts";

/** A number of days up to today, or the first and the last day. Without any: today. */
export interface Days {
  days?: number | undefined;
  from?: Day | undefined;
  to?: Day | undefined;
}

/** What is asked of the Worker, beside the elements. */
export interface Range extends Days {
  /** Whose statistics, where the Worker serves several sites. */
  site?: string | undefined;
  /** The page whose counts alone are asked for; absent: over all pages. */
  page?: string | undefined;
  /** Whether the days before are asked for, too. */
  before?: boolean | undefined;
}

/** Elements that count as one, with the rows their count is made of. */
export interface CountedSpot extends Spot {
  /** The badge in full: `1,234 clicks`. */
  title: string;
  /** What its rows are counted under, as `keyOf()` in locate.ts writes it. */
  keys: string[];
  /** The rows that are kept; none: nothing was counted. */
  rows: StatDetail[];
  count: number;
  /** Part of everything counted on what is seen of this page, from 0 to 1. */
  share: number;
  /** What its heat follows, as the measure says. */
  value: number;
}

/** What is shown of a spot. */
export interface Measured {
  /** What its heat follows, not negative: a count, a rate. */
  value: number;
  /** How long the bar below it is, as a part of its width from 0 to 1; default: its value beside the highest. */
  bar?: number;
  /** What is written at it, in a few characters: `1.2k`, `▲ 18%`, `▼ 64%`, `new`, `→ 0`, `12.3%`. */
  badge: string;
  /** The same in full, for whoever wants to know exactly: `1,234 clicks`. */
  title: string;
}

/**
 * What a heat map shows of its spots. Counts at first; the panel replaces it to show changes or rates. Elements that are one box with
 * the sum are one spot: with all their keys and rows, so measure a spot by these alone.
 */
export interface Measure {
  /** Undefined for a spot with nothing to say: it is drawn dashed, as never clicked. */
  measure(spot: CountedSpot): Measured | undefined;
  /** Writes a value at the legend: `1.2k`, `12%`. */
  format(value: number): string;
}

/** Why there is no answer. Status and code are the server's, where there was one. */
export interface Failure extends Error {
  status?: number;
  code?: string;
}

/** A heat map as the first file makes it. */
export interface BasicState {
  shadow: ShadowRoot;
  overlay: Overlay;
  /** The legend's card. */
  card: HTMLElement;
  /**
   * Asks the Worker for counts.
   *
   * @param body A `StatsRequest` as JSON.
   * @throws Failure
   */
  read<Answer>(body: string): Promise<Answer>;
  /** Where the Worker answers. */
  endpoint: string;
  range: Range;
  /** What a link chose, the token included. */
  chosen: Chosen | undefined;
  /** The right to read. Without one only the sum over all pages is sure to be given. */
  token: string | undefined;
  /** The answer to the last request that succeeded; undefined before the first. */
  rows: StatDetail[] | undefined;
  /** Makes of the answer what is drawn. The page's elements are given by what they are counted under. */
  collect(rows: readonly StatDetail[], elements: ReadonlyMap<string, Element[]>): Spot[];
  /** Says in the card's line what the colours mean. */
  showLegend?: (line: HTMLElement) => void;
  /** Why the last request for counts failed; undefined since one succeeded. */
  failure: Failure | undefined;
  /** Called when the heat map is gone. */
  onRemove: (() => void) | undefined;
  /** Draws what is counted, as `collect` says. */
  show(): void;
  /** Asks for the rows of the range and shows them. */
  refresh(): Promise<void>;
  remove(): void;
}

/** What the extras add. The panel changes the range, what is kept, the measure and the scale, and calls `show()`. */
export interface HeatmapState extends BasicState {
  /** How values become heat. Change it, then call `show()`. */
  scale: Scale;
  /** What is said of spots, and what their heat follows. Replace it, then call `show()`; the boxes know nothing of it. */
  measure: Measure;
  /** Whether a row is shown. */
  keep(row: StatDetail): boolean;
  /** Every click that is counted on this page, also what is not kept. */
  clicks: StatDetail[];
  /** How often elements were seen: the rows under the label `SEEN`, which are in no count. */
  seen: StatDetail[];
  /** What is shown: visible elements that the measure says something of. */
  spots: CountedSpot[];
  /** Visible elements that could have been counted and were not once, without any filter: drawn dashed. */
  unused: CountedSpot[];
  /** What was counted on elements that cannot be seen now, as in a closed menu. They have their box once they can be. */
  hidden: CountedSpot[];
  /** The values that are drawn, ascending, each once. Their ends are those of the scale. */
  values: readonly number[];
}
