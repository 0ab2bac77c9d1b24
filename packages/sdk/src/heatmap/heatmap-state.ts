import type { Day } from "../protocol/day.ts";
import type { StatDetail } from "../protocol/stats.ts";
import type { Overlay, Spot } from "./overlay.ts";
import type { Scale } from "./scale.ts";

/** Elements that count as one, with the rows their count is made of. */
export interface CountedSpot extends Spot {
  rows: StatDetail[];
}

/** A heat map, as what comes after its boxes sees and steers it. */
export interface HeatmapState {
  shadow: ShadowRoot;
  overlay: Overlay;
  /** The legend's card. */
  card: HTMLElement;
  range: { days?: number; from?: Day; to?: Day; site?: string };
  scale: Scale;
  /** Everything counted on this page. */
  rows: StatDetail[];
  /** What is shown of it. */
  spots: CountedSpot[];
  /** Whether the counts stay as they are until asked for. */
  paused?: boolean;
  /** Whether a row is shown. */
  keep(row: StatDetail): boolean;
  /** Called when something else is shown. */
  onShow(): void;
  /** Shows the rows that are kept. */
  show(): void;
  /** Asks for the rows of the range and shows them. */
  refresh(): Promise<void>;
  remove(): void;
}
