/**
 * On the global object, whether a heat map is open on the page: who looks does not count. A function is called with what
 * would have counted.
 */
export const WATCHED = Symbol.for("@tracker/sdk watched");

/** On the global object, a function that tells heat maps how the page counts: {@link Counting}. */
export const COUNTING = Symbol.for("@tracker/sdk counting");

/** In `sessionStorage`, the heat map that stays open in this tab: its link, from `#tracker-heatmap=` on. */
export const OPEN_HEATMAP = "#tracker-heatmap=";

/**
 * How a page counts: what its counts are called, where pages count apart; and whether this browser is counted, `null` meaning not yet. A list,
 * because every page view carries the names of fields.
 */
export type Counting = [page: string | undefined, mayCount: boolean | null];
