/** On the global object, whether a heat map is open on the page: who looks does not count. */
export const WATCHED = Symbol.for("@tracker/sdk watched");
