/** Every limit that both ends of the wire must agree on, with its unit and its reason. */

/** Characters (code points) of a label; django-tracker's column width. */
export const LABEL_MAX_CHARS = 250;
/** Characters of a category. */
export const CATEGORY_MAX_CHARS = 100;
/** Characters of a DOM id. */
export const DOM_ID_MAX_CHARS = 250;

/** Characters of a page: a path, or the pattern that its owner groups it under. */
export const PAGE_MAX_CHARS = 250;

/** The highest count of one ping: more than a hand can click in a minute, far below what would spoil a day. */
export const PING_MAX_COUNT = 1_000;
/** Pings in one batch: about as many with short names as a body has room for. */
export const BATCH_MAX_PINGS = 1_000;
/** The highest sum of the counts in one batch, for senders without the token. */
export const BATCH_MAX_COUNT = 1_000;
/** Bytes of a request body: browsers refuse more in `keepalive` and `sendBeacon` requests (Fetch standard, 64 KiB). */
export const BATCH_MAX_BYTES = 65_536;

/** How far a batch's `at` may lie ahead of the server's clock. */
export const CLOCK_AHEAD_MAX_MS = 5 * 60_000;
/** How old a batch may be. Objects remember batch ids at least as long. */
export const BATCH_MAX_AGE_MS = 48 * 3_600_000;

/** Bytes of a `POST /get_stats/` body: some ten thousand DOM ids, more than any page has. */
export const STATS_REQUEST_MAX_BYTES = 262_144;
