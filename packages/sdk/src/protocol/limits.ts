/** Every limit that both ends of the wire must agree on, with its unit and its reason. */

/** Characters (code points) of a label; django-tracker's column width. */
export const LABEL_MAX_CHARS = 250;
/** Characters of a category. */
export const CATEGORY_MAX_CHARS = 100;
/** Characters of a DOM id. */
export const DOM_ID_MAX_CHARS = 250;

/** How often one ping may say its action happened: more than a hand can click in a minute, far below what would spoil a day. */
export const PING_MAX_COUNT = 1_000;
/** Pings in one batch: what fits the body with short names; bounds the work of one request. */
export const BATCH_MAX_PINGS = 1_000;
/** How often all pings of a page's batch may say that something happened; a sender with the token may say more. */
export const BATCH_MAX_COUNT = 1_000;
/** Bytes of a request body: browsers refuse more in `keepalive` and `sendBeacon` requests (Fetch standard, 64 KiB). */
export const BATCH_MAX_BYTES = 65_536;

/** How far a batch's `at` may lie ahead of the server's clock. */
export const CLOCK_AHEAD_MAX_MS = 5 * 60_000;
/** How long after it was sealed a batch is still taken; the dedupe memory reaches just as far. */
export const BATCH_MAX_AGE_MS = 48 * 3_600_000;

/** Bytes of a `POST /get_stats/` body: some ten thousand DOM ids, more than any page has. */
export const STATS_REQUEST_MAX_BYTES = 262_144;
