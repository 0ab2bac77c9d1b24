/**
 * What a script tag loads. It starts by the tag's `data-*` attributes, which are the options of `init()`, and defines
 * `window.tracker` and a global `track()`.
 *
 *     <script async src="https://tracker.example.com/tracker.js"></script>
 */
import type * as Auto from "./auto/auto.ts";
import type * as Heatmap from "./heatmap.ts";
import { autotrack, trackAnnotated } from "./track/autotrack.ts";
import type { Options } from "./track/options.ts";
import { flush, init, optIn, optOut, track, type Pings } from "./track/tracker.ts";
import { guard } from "./track/warn.ts";

interface Page {
  tracker?: Record<string, unknown>;
  /** May be a stub that has kept what was tracked before this script was there. */
  track?: typeof track & { q?: Pings[] };
}

const page = window as Page;
// Once, also where the tag is on the page twice; and an element with the id "tracker" is also `window.tracker`.
if (!page.tracker?.["track"]) {
  const { dataset, src } = document.currentScript as HTMLScriptElement;
  const folder = src.replace(/[^/]*$/, "");
  const { endpoint = folder, auto } = dataset;
  init({ ...(dataset as Options), endpoint });
  trackAnnotated();
  track((page.track?.q ?? []) as Pings);
  page.track = track;
  page.tracker = { autotrack, flush, init, optIn, optOut, track };
  if (auto == "true") {
    void guard("not loaded", async () => ((await import(`${folder}auto.js`)) as typeof Auto).countUsable(track));
  }

  const [address, token] = location.href.split("#tracker-heatmap=");
  if (token) {
    // The token is for this page view, not for who gets the link next.
    history.replaceState(history.state, "", address);
    void (import(`${folder}heatmap.js`) as Promise<typeof Heatmap>).then((heatmap) =>
      heatmap.showHeatmap({ endpoint, token }),
    );
  }
}
