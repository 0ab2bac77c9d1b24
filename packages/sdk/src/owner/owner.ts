import { WATCHED } from "../protocol/watched.ts";
import { readLink } from "./read-link.ts";

/**
 * Does what a link from the dashboard says: opens the heat map, or no longer counts this browser. Only the owner has such a link.
 *
 * @param link The right to read the counts, and what is chosen; undefined: not to count this browser.
 * @param optOut Stops counting this browser.
 */
export function followLink(endpoint: string, link: string | undefined, optOut: () => Promise<void>): void {
  // A frame sees what its tab has open, and opens nothing.
  if (link && parent != window && !location.hash.includes(link)) return void Reflect.set(globalThis, WATCHED, false);
  // The token is for this tab, not for who gets the link next. A page's router may have taken it for a path of its own.
  if (location.hash.includes(link ?? "tracker-ignore")) {
    history.replaceState(history.state, "", location.pathname + location.search);
  }
  if (link) {
    const chosen = readLink(link);
    void import("../heatmap.ts").then(({ showHeatmap }) => showHeatmap({ endpoint, ...chosen, chosen }));
  } else {
    void optOut();
    alert("Tracker no longer counts this browser on this site.");
  }
}
