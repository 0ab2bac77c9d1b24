// The numbers that shape how a page sends.

/** How long pings wait for more before they are sealed into a batch. */
export const SEAL_AFTER_MS = 1_000;
/** Distinct pings that are sealed without waiting: few enough to go out soon, so many that a busy page sends seldom. */
export const SEAL_AT_PINGS = 50;
/**
 * UTF-16 units that the queue takes, each ping counting what JSON adds to it. A unit is at most 3 bytes, so that one
 * batch can hold the queue, below the 64 KiB and the 1,000 pings that a request may have.
 */
export const QUEUE_CHARS = 16_384;
export const PING_EXTRA_CHARS = 17;
/** What is kept while the server does not answer; `localStorage` has 5 MB for all of an origin. */
export const OUTBOX_CHARS = 65_536;
/** A server that has said nothing for so long will not say anything. */
export const TIMEOUT_MS = 30_000;
/** The first pause after a failure is up to twice this, each later one up to twice the one before. */
export const BACKOFF_MS = 1_000;
/** Pauses no longer grow from here. */
export const BACKOFF_MAX_MS = 256_000;
