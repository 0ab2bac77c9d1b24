/** What the journal, D1 and the readers tell each other. */
import type { Day } from "@tracker/sdk/protocol";

/** A key and how much its counter grows. The page is left out where there is none. */
export type Increment = [site: string, label: string, category: string, domId: string, count: number, page?: string];

/** A DayCounter that may hold counts D1 does not have yet. */
export interface OpenObject {
  source: string;
  object: string;
  day: Day;
  watermark: number;
}

/** A watermark's way in one flush. */
export interface WatermarkMove {
  source: string;
  from: number;
  to: number;
}

export interface DayRange {
  from: Day;
  to: Day;
}
