import type { Context } from "hono";
import type { BatchErrorCode, ErrorAnswer, Result } from "@tracker/sdk/protocol";
import type { InvalidTraffic } from "./guards/invalid-traffic.ts";
import type { SiteRefusal } from "../model/site.ts";

/** Why a request is not served, and the status that says so. The codes are stable: clients may depend on them. */
export const REFUSALS = {
  bad_json: 400,
  bad_version: 400,
  bad_id: 400,
  bad_at: 400,
  bad_site: 400,
  bad_page: 400,
  no_pings: 400,
  too_many_pings: 400,
  clock_ahead: 400,
  too_old: 400,
  bad_parameter: 400,
  unauthorized: 401,
  token_expired: 401,
  forbidden: 403,
  cross_origin: 403,
  bot: 403,
  prefetch: 403,
  embedded: 403,
  site_unknown: 403,
  site_not_yours: 403,
  not_found: 404,
  method_not_allowed: 405,
  day_open: 409,
  limit_reached: 409,
  body_too_large: 413,
  encoding_unsupported: 415,
  rate_limited: 429,
  bad_setting: 500,
  token_not_set: 503,
  no_tables: 503,
  unavailable: 503,
} as const satisfies Record<BatchErrorCode | SiteRefusal | InvalidTraffic, number> & Record<string, number>;

export type RefusalCode = keyof typeof REFUSALS;
type RefusalStatus = (typeof REFUSALS)[RefusalCode];

/** How long a client should leave the Worker in peace: an overloaded or failing one; one whose limit is by the minute. */
const RETRY_AFTER_SECONDS: { [Status in RefusalStatus]?: number } = { 503: 5, 429: 60 };

/** A request that is not served. Whoever finds out throws it; `app.onError` answers with it. */
export class Refusal extends Error {
  override readonly name: string = "Refusal";
  readonly code: RefusalCode;

  constructor(code: RefusalCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** The value of a result. @throws Refusal where there is none. */
export function orRefuse<Value>(result: Result<Value, RefusalCode>): Value {
  if (!result.ok) throw new Refusal(result.code, result.message);
  return result.value;
}

/** Answers with an error: a stable code, a sentence, the server's clock. */
export function answerRefusal(c: Context, code: RefusalCode, message: string): Response {
  const status = REFUSALS[code];
  const retryAfter = RETRY_AFTER_SECONDS[status];
  if (retryAfter !== undefined) {
    c.header("retry-after", `${retryAfter}`);
    // Without this a page on another origin cannot read it.
    c.header("access-control-expose-headers", "retry-after, ratelimit, ratelimit-policy");
  }
  c.header("cache-control", "no-store");
  return c.json<ErrorAnswer>({ error: { code, message }, now: Date.now() }, status);
}
