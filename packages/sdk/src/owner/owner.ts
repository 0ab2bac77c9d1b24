/**
 * Does what a link from the dashboard says: opens the heat map, or no longer counts this browser. Only the owner has such a link.
 *
 * @param optOut Stops counting this browser.
 */
export function followLink(endpoint: string, optOut: () => Promise<void>): void {
  const [address, token] = location.href.split("#tracker-heatmap=");
  const isIgnored = location.hash == "#tracker-ignore";
  // The token is for this page view, not for who gets the link next.
  history.replaceState(history.state, "", isIgnored ? location.pathname + location.search : address);
  if (token) void import("../heatmap.ts").then(({ showHeatmap }) => showHeatmap({ endpoint, token }));
  if (isIgnored) {
    void optOut();
    alert("Tracker no longer counts this browser on this site.");
  }
}
