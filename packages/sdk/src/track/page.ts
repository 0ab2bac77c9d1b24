/** Whether this runs on a page. On a server that renders one, nothing counts. */
export function hasPage(): boolean {
  return typeof document != "undefined";
}
