// The numbers that shape how a page sends.
import { BATCH_MAX_COUNT } from "../protocol/limits.ts";

/** How long pings wait in memory for more before they are folded into the open batch, which is stored. */
export const FOLD_AFTER_MS = 1_000;
/** How long a batch stays open before it is sent, unless something else sends it first. */
export const OPEN_MS = 60_000;
/** How long a page may add to its open batch. Longer than {@link OPEN_MS}, because timers can be late. */
export const OWNED_MS = 90_000;
/** When other pages take an open batch over. Later than {@link OWNED_MS}, because they may see the storage late. */
export const ADOPT_AFTER_MS = 120_000;

/** How often all pings of a batch may say that something happened. */
export const BATCH_MAX_TOTAL = BATCH_MAX_COUNT;
/**
 * UTF-16 units of a batch's pings, as JSON. A unit is at most 3 bytes, so it stays below 64 KiB; a ping takes at least 20,
 * so there are at most 409 of them.
 */
export const BATCH_MAX_CHARS = 8_192;
/** What JSON adds to a ping's text: brackets, quotes, commas, the count. */
export const PING_EXTRA_CHARS = 17;
/** What is kept while the server does not answer; `localStorage` has 5 MB for all of an origin. */
export const OUTBOX_MAX_BATCHES = 64;

/** A server that has said nothing for so long will not say anything; a phone with a bad connection needs some of it. */
export const TIMEOUT_MS = 30_000;
/** The first pause after a failure is up to twice this, each later one up to twice the one before. */
export const BACKOFF_MS = 1_000;
/** Pauses no longer grow from here. */
export const BACKOFF_MAX_MS = 256_000;
