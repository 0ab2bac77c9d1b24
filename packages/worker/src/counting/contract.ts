/** What the Worker and a DayCounter say to each other. */
import type { AgeRefusal } from "../model/closing.ts";

/** A batch on its way into the journal. */
export interface SiteBatch {
  id: string;
  /** Ms since epoch, as it was sealed. */
  at: number;
  /** What each ping counts for, as `keyOf` writes it: the call takes half the time that objects would. */
  keys: readonly string[];
  /** How often, key by key. */
  counts: readonly number[];
  /** How many shards the caller believes the batch's day to have. */
  shards: number;
}

/** Whether a batch was counted, or before. */
export type Counted = { ok: true; duplicate: boolean } | { ok: false; code: AgeRefusal };

/** `other_shards`: the day has another number of shards, so the batch belongs to another object perhaps. Nothing counted. */
export type CountAnswer = Counted | { ok: false; code: "other_shards"; shards: number };

export interface TailQuery {
  source: string;
  /** A watermark: the last journal row that was counted already. */
  after: number;
  /** Journal rows to read at the most. */
  maxRows: number;
  /** Only what this site counted; absent: all sites. */
  site?: string | undefined;
  /** Enough: once the keys have more characters than this, the rest is left out. Absent: all of them. */
  maxChars?: number | undefined;
}

export type TailAnswer =
  | { gone: true }
  | {
      gone: false;
      /** JSON lists `[key, count, key, count, …]`, each small enough to be read at once. */
      increments: string[];
      /** The last row that the increments hold: the next watermark. */
      upto: number;
      /** Whether there are rows after `upto`. */
      more: boolean;
    };

/** How much an object has after a watermark. */
export type Backlog =
  | { gone: true }
  | {
      gone: false;
      /** When the first row after the watermark was committed, ms since epoch; nothing where there is none. */
      since: number | undefined;
      /** Different names among them. */
      names: number;
      actions: number;
      /** The row that names and actions go up to. */
      upto: number;
      /** Whether there are rows after `upto`. */
      more: boolean;
      /** Rows after the watermark, all of them. */
      rows: number;
    };

export interface SlotsQuery extends Pick<TailQuery, "source" | "site"> {
  /** Journal rows to read at the most, of those that were not read for an earlier query. */
  maxRows: number;
}

export type SlotsAnswer =
  | { gone: true }
  | {
      gone: false;
      /** Actions by the quarter of an hour in which they were committed. */
      slots: [slot: number, count: number][];
      /** Whether there are rows left to read: then the slots lack them. */
      more: boolean;
    };

/** A ping of the latest rows. */
export interface CountedPing {
  /** When its row was committed, ms since epoch. */
  at: number;
  /** As `keyOf` writes it. */
  key: string;
  count: number;
}

/** A ping, or a batch, that was not counted. Nothing of the visitor is in it. */
export interface RefusedPing {
  /** Ms since epoch. */
  at: number;
  /** The hostname of the page that sent it; `""` where none is said. */
  sender: string;
  code: string;
  message: string;
}

/** The latest first. */
export interface LatestPings {
  counted: CountedPing[];
  refused: RefusedPing[];
}

/** Who an object is. */
export interface Identity {
  source: string;
  /** The day's number of shards. */
  shards: number;
}

/** What the Worker may ask of a DayCounter. */
export interface DayCounterCalls {
  /** Counts a batch once, however often it comes. */
  count(batch: SiteBatch): Promise<CountAnswer>;
  readTail(query: TailQuery): Promise<TailAnswer>;
  readBacklog(query: Pick<TailQuery, "source" | "after" | "maxRows">): Promise<Backlog>;
  readSlots(query: SlotsQuery): Promise<SlotsAnswer>;
  /** Keeps what was refused, in memory. */
  noteRefused(pings: readonly RefusedPing[]): Promise<void>;
  readLatest(): Promise<LatestPings>;
  /** Nothing where nothing was ever counted: asking makes nothing. */
  readIdentity(): Promise<Identity | undefined>;
  /** Of a day's shard 0: the number of shards that the day has, from the first call on the one that this call named. Durable. */
  fixShards(shards: number): Promise<number>;
}
