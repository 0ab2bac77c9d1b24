import type { Context, Handler } from "hono";
import type { BatchErrorCode, ErrorAnswer } from "@tracker/sdk/protocol";
import type { Noise } from "./guards/bots.ts";
import type { SiteRefusal } from "../model/site.ts";

/** Why a request is not served. Stable: clients may depend on it. */
export type RefusalCode =
  | BatchErrorCode
  | SiteRefusal
  | Noise
  | "bad_parameter"
  | "day_open"
  | "unauthorized"
  | "token_expired"
  | "cross_origin"
  | "token_not_set"
  | "not_found"
  | "method_not_allowed"
  | "body_too_large"
  | "encoding_unsupported"
  | "rate_limited"
  | "bad_setting"
  | "no_tables"
  | "unavailable";

type RefusalStatus = 400 | 401 | 403 | 404 | 405 | 409 | 413 | 415 | 429 | 500 | 503;

export function statusOf(code: RefusalCode): RefusalStatus {
  switch (code) {
    case "bad_json":
    case "bad_version":
    case "bad_id":
    case "bad_at":
    case "bad_site":
    case "no_pings":
    case "too_many_pings":
    case "clock_ahead":
    case "too_old":
    case "bad_parameter":
      return 400;
    case "unauthorized":
    case "token_expired":
      return 401;
    case "cross_origin":
    case "bot":
    case "prefetch":
    case "site_unknown":
    case "site_not_yours":
      return 403;
    case "not_found":
      return 404;
    case "method_not_allowed":
      return 405;
    case "day_open":
      return 409;
    case "body_too_large":
      return 413;
    case "encoding_unsupported":
      return 415;
    case "rate_limited":
      return 429;
    case "bad_setting":
      return 500;
    case "token_not_set":
    case "no_tables":
    case "unavailable":
      return 503;
  }
}

/** How long a client should leave the Worker in peace: an overloaded or failing one; one whose limit is by the minute. */
const RETRY_AFTER_SECONDS: { [Status in RefusalStatus]?: number } = { 503: 5, 429: 60 };

/** Answers with an error: a stable code, a sentence, the server's clock. */
export function refuse(c: Context, code: RefusalCode, message: string): Response {
  const status = statusOf(code);
  const retryAfter = RETRY_AFTER_SECONDS[status];
  if (retryAfter !== undefined) {
    c.header("retry-after", `${retryAfter}`);
    // Without this a page on another origin cannot read it.
    c.header("access-control-expose-headers", "retry-after");
  }
  c.header("cache-control", "no-store");
  return c.json<ErrorAnswer>({ error: { code, message }, now: Date.now() }, status);
}

/** Answers a method that the path does not have. */
export function refuseMethod(allow: string): Handler {
  return (c) => {
    c.header("allow", allow);
    return refuse(c, "method_not_allowed", `${c.req.method} is not one of ${allow}`);
  };
}
