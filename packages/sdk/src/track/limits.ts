// The numbers that shape how a page sends.

/** How long pings wait for more before they are sealed into a batch. */
export const SEAL_AFTER_MS = 1_000;
/**
 * What the queue takes: a ping's count, and once its text in UTF-16 units with what JSON adds to it. So one batch can hold
 * it, whatever it is: below 64 KiB (a unit is at most 3 bytes), 1,000 pings, and 10,000 for the count of any ping.
 */
export const QUEUE_ROOM = 10_000;
export const PING_EXTRA = 17;
/** What is kept while the server does not answer; `localStorage` has 5 MB for all of an origin. */
export const OUTBOX_CHARS = 65_536;
/** A server that has said nothing for so long will not say anything; a phone with a bad connection needs some of it. */
export const TIMEOUT_MS = 30_000;
/** The first pause after a failure is up to twice this, each later one up to twice the one before. */
export const BACKOFF_MS = 1_000;
/** Pauses no longer grow from here. */
export const BACKOFF_MAX_MS = 256_000;
