/** The label that pages count seen elements under: no action, so it is in no total. */
export const SEEN = "(seen)";
