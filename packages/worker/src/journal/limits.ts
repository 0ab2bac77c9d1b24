/** What bounds an object's journal, and so what an attack can make an owner pay. */

/** Batches that wait for one row at the most: bounds the row's size and the time to write it. */
export const GROUP_MAX = 100;
/**
 * Rows of a day that may be written as soon as arrivals pause: a dollar's worth. A stream shaped to end a group every few
 * milliseconds could else write ten million; after this many, groups wait for SLOW_WINDOW_MS.
 */
export const QUICK_ROWS = 1_000_000;
/** What a group waits once there have been too many rows: four a second. */
export const SLOW_WINDOW_MS = 250;
/** Of filters that an object keeps in memory, the newest: at four bytes an id, room for four million batches. */
export const FILTERS_MAX_BYTES = 16_000_000;
/** What the names of one site may take as UTF-8: a read of the site takes as much from each object. 10,000 names of 200 bytes. */
export const SITE_NAMES_MAX_BYTES = 2_000_000;
