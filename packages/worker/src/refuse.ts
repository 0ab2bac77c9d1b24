import type { Context } from "hono";
import type { BatchErrorCode, ErrorAnswer } from "@tracker/sdk/protocol";
import type { SiteRefusal } from "./site.ts";

/** Why a request is not served. Stable: clients may depend on it. */
export type RefusalCode =
  | BatchErrorCode
  | SiteRefusal
  | "no_labels"
  | "bad_parameter"
  | "unauthorized"
  | "token_expired"
  | "cross_origin"
  | "token_not_set"
  | "not_found"
  | "method_not_allowed"
  | "body_too_large"
  | "bad_setting"
  | "no_tables"
  | "unavailable";

type RefusalStatus = 400 | 401 | 403 | 404 | 405 | 413 | 500 | 503;

function statusOf(code: RefusalCode): RefusalStatus {
  switch (code) {
    case "bad_json":
    case "bad_version":
    case "bad_id":
    case "bad_at":
    case "bad_site":
    case "no_pings":
    case "no_labels":
    case "too_many_pings":
    case "clock_ahead":
    case "too_old":
    case "bad_parameter":
      return 400;
    case "unauthorized":
    case "token_expired":
      return 401;
    case "cross_origin":
    case "site_unknown":
    case "site_not_yours":
      return 403;
    case "not_found":
      return 404;
    case "method_not_allowed":
      return 405;
    case "body_too_large":
      return 413;
    case "bad_setting":
      return 500;
    case "token_not_set":
    case "no_tables":
    case "unavailable":
      return 503;
  }
}

/** How long a client should leave an overloaded or failing Worker in peace. */
const RETRY_AFTER_SECONDS = 5;

/** Answers with an error: a stable code, a sentence, the server's clock. */
export function refuse(c: Context, code: RefusalCode, message: string): Response {
  const status = statusOf(code);
  if (status == 503) c.header("retry-after", String(RETRY_AFTER_SECONDS));
  c.header("cache-control", "no-store");
  return c.json<ErrorAnswer>({ error: { code, message }, now: Date.now() }, status);
}
