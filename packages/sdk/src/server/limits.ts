// The numbers that shape how a server sends.

/** How long pings wait for more before they are sealed into a batch. */
export const SEAL_AFTER_MS = 1_000;
/**
 * UTF-16 units that are sealed without waiting, each ping counting what JSON adds to it. A unit is at most 3 bytes: below
 * the 64 KiB that a request may have.
 */
export const SEAL_AT_CHARS = 16_384;
export const PING_EXTRA_CHARS = 17;
/** Batches that wait while the Worker does not answer: 16 MB at the most. */
export const UNSENT_BATCHES = 256;
export const TIMEOUT_MS = 10_000;
/** The first pause after a failure is up to twice this, each later one up to twice the one before. */
export const BACKOFF_MS = 1_000;
export const BACKOFF_MAX_MS = 64_000;
