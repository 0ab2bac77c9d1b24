import type { Day } from "../protocol/day.ts";
import type { ErrorAnswer } from "../protocol/result.ts";

/** What to ask {@link Tracker.statistics} for. The last 30 days of all sites, unless it says otherwise. */
export interface StatisticsQuery {
  /** First day. */
  from?: Day;
  /** Last day, included. */
  to?: Day;
  site?: string;
  label?: string;
  category?: string;
  dom_id?: string;
  /** Text that the label, the category or the DOM id contains. */
  search?: string;
  /** Sums instead of rows: one for each of these. */
  group?: "label" | "category" | "dom_id" | "day" | "site";
  sort?: "day" | "label" | "category" | "dom_id" | "counter";
  order?: "asc" | "desc";
  /** Rows of a page, 1 to 1000, default 100. */
  limit?: number;
  /** `next` of the page before. */
  cursor?: string;
}

/** A page of statistics. Counts are exact at the moment of asking. */
export interface Statistics {
  from: Day;
  to: Day;
  time_zone: string;
  /** False while a day of the answer may still get pings. */
  final: boolean;
  /** Sums have only what they are a sum of, and the counter. */
  rows: StatisticsRow[];
  /** The cursor of the next page; `null` on the last. */
  next: string | null;
}

export interface StatisticsRow {
  counter: number;
  site?: string;
  day?: Day;
  label?: string;
  category?: string;
  dom_id?: string;
  final?: boolean;
}

/** Statistics that the Worker does not give. */
export class StatisticsError extends Error {
  override readonly name = "StatisticsError";
  /** Stable, such as `unauthorized` or `bad_parameter`. */
  readonly code: string;
  /** The status of the answer. */
  readonly status: number;

  constructor(status: number, { code, message }: ErrorAnswer["error"]) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

/** Reads JSON. @throws StatisticsError when the Worker refuses; what `fetch` throws when it is not reached. */
export async function readJson<Answer>(url: string, headers: Record<string, string>): Promise<Answer> {
  const response = await fetch(url, { headers });
  if (response.ok) return (await response.json()) as Answer;
  const { error } = (await response.json().catch(() => ({}))) as Partial<ErrorAnswer>;
  throw new StatisticsError(
    response.status,
    error ?? { code: "unavailable", message: `the answer is ${response.status}` },
  );
}
