/** What the Worker and a DayCounter say to each other. */
import type { AgeRefusal } from "../model/closing.ts";
import type { Increment } from "../model/counts.ts";

/** A batch on its way into the journal. */
export interface SiteBatch {
  id: string;
  /** Ms since epoch, as it was sealed. */
  at: number;
  /** What each ping counts for, as `keyOf` writes it: the call takes half the time that objects would. */
  keys: readonly string[];
  /** How often, key by key. */
  counts: readonly number[];
}

export type CountAnswer = { ok: true; duplicate: boolean } | { ok: false; code: AgeRefusal };

export interface TailQuery {
  source: string;
  /** A watermark: the last journal row that was counted already. */
  after: number;
  /** Journal rows to read at the most. */
  maxRows: number;
}

export type TailAnswer =
  | { gone: true }
  | {
      gone: false;
      increments: Increment[];
      /** The last row that the increments hold: the next watermark. */
      upto: number;
      /** Whether there are rows after `upto`. */
      more: boolean;
    };

/** What the Worker may ask of a DayCounter. */
export interface DayCounterCalls {
  /** Counts a batch once, however often it comes. */
  count(batch: SiteBatch): Promise<CountAnswer>;
  readTail(query: TailQuery): Promise<TailAnswer>;
  /** When the first row after a watermark was committed, ms since epoch; nothing where there is none. Reads one row. */
  readAge(query: Omit<TailQuery, "maxRows">): Promise<{ since: number | undefined }>;
}
