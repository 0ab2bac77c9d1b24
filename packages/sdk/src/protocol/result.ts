/** Why one ping cannot count. */
export const PING_ERROR_CODES = [
  "label_missing",
  "label_too_long",
  "category_too_long",
  "dom_id_too_long",
  "too_many_parts",
  "bad_character",
  "bad_type",
  "bad_count",
  "label_reserved",
  "label_not_listed",
] as const;

export type PingErrorCode = (typeof PING_ERROR_CODES)[number];

/** Why a whole batch cannot count. */
export type BatchErrorCode =
  | "bad_json"
  | "bad_version"
  | "bad_id"
  | "bad_at"
  | "bad_site"
  | "bad_page"
  | "no_pings"
  | "too_many_pings"
  | "clock_ahead"
  | "too_old";

/** A stable `code` for programs and a sentence for people. */
export interface Problem<Code extends string = string> {
  code: Code;
  message: string;
}

/** One ping that was not counted: `index` is its position in the labels string or in the batch, from 0. */
export interface Rejection extends Problem<PingErrorCode> {
  index: number;
}

/** The outcome of parsing something that may be wrong. */
export type Result<Value, Code extends string> = { ok: true; value: Value } | ({ ok: false } & Problem<Code>);

/** What `POST /track/` answers with status 200. */
export interface TrackAnswer {
  /** How many actions this batch stands for in the counts. */
  accepted: number;
  /** True when the batch had been counted before; then this request counted nothing. */
  duplicate: boolean;
  rejected: Rejection[];
  /** The server's clock, ms since epoch. */
  now: number;
}

/** What every failed request is answered with. */
export interface ErrorAnswer {
  error: Problem;
  /** The server's clock, ms since epoch. */
  now: number;
}
