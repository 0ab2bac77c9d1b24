// The numbers that shape how a server sends.

/** How long pings wait for more before they are sealed into batches. */
export const SEAL_AFTER_MS = 1_000;
/** Seal at once when this many UTF-16 units wait: pings that come faster than once a second must not fill the memory. */
export const SEAL_AT_CHARS = 16_384;
/** What JSON adds to the text of a ping, in UTF-16 units. */
export const PING_EXTRA_CHARS = 17;
/** How many batches wait while the Worker does not answer: 16 MB at most. */
export const UNSENT_BATCHES = 256;
/** How long a request may take, its answer included. */
export const TIMEOUT_MS = 10_000;
/** The first pause after a failure is at most twice this. Each later one is at most twice the one before. */
export const BACKOFF_MS = 1_000;
export const BACKOFF_MAX_MS = 64_000;
/** While the tracker closes, no pause is longer: there is no later time to try. */
export const CLOSING_PAUSE_MAX_MS = 1_000;
