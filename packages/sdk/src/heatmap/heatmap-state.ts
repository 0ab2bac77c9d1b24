import type { Day } from "../protocol/day.ts";
import type { StatDetail } from "../protocol/stats.ts";
import type { Overlay, Spot } from "./overlay.ts";
import type { Scale } from "./scale.ts";

/** A number of days up to today, or the first and the last day. Without any: today. */
export interface Range {
  days?: number;
  from?: Day;
  to?: Day;
  /** Whose statistics, where the Worker serves several sites. */
  site?: string;
}

/** Elements that count as one, with the rows their count is made of. */
export interface CountedSpot extends Spot {
  rows: StatDetail[];
}

/** Why there is no answer. Status and code are the server's, where there was one. */
export interface Failure extends Error {
  status?: number;
  code?: string;
}

/** What the extras see and change of a heat map. */
export interface HeatmapState {
  shadow: ShadowRoot;
  overlay: Overlay;
  /** The legend's card. */
  card: HTMLElement;
  /**
   * Asks the Worker: GET of a path below its address, or POST of a JSON body.
   *
   * @throws Failure
   */
  read<Answer>(path: string, body?: string): Promise<Answer>;
  range: Range;
  scale: Scale;
  /** Everything counted on this page. */
  rows: StatDetail[];
  /** What is shown of it. */
  spots: CountedSpot[];
  /** Why the last request for counts failed; undefined since one succeeded. */
  failure: Failure | undefined;
  /** The highest count that is drawn: the hot end of the scale. */
  highest: number;
  /** Whether a row is shown. */
  keep(row: StatDetail): boolean;
  /** Called when the heat map is gone. */
  onRemove: (() => void) | undefined;
  /** Shows the rows that are kept. */
  show(): void;
  /** Asks for the rows of the range and shows them. */
  refresh(): Promise<void>;
  remove(): void;
}
