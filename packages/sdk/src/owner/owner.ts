/**
 * Does what a link from the dashboard says: opens the heat map, or no longer counts this browser. Only the owner has such a link.
 *
 * @param token The right to read the counts; undefined: not to count this browser.
 * @param optOut Stops counting this browser.
 */
export function followLink(endpoint: string, token: string | undefined, optOut: () => Promise<void>): void {
  // The token is for this page view, not for who gets the link next. A page's router may have taken it for a path of its own.
  if (location.hash.includes(token ?? "tracker-ignore")) {
    history.replaceState(history.state, "", location.pathname + location.search);
  }
  if (token) void import("../heatmap.ts").then(({ showHeatmap }) => showHeatmap({ endpoint, token }));
  else {
    void optOut();
    alert("Tracker no longer counts this browser on this site.");
  }
}
