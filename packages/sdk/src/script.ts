/**
 * What a script tag loads: starts by the tag's `data-*` attributes, and defines `window.tracker` and `track()`.
 *
 *     <script async src="https://tracker.example.com/tracker.js" data-site="shop.example"></script>
 */
import { flush, init, optIn, optOut, track } from "./track/tracker.ts";

interface Page {
  tracker?: object;
  track?: typeof track & { q?: Parameters<typeof track>[0][] };
}

const page = window as Page;
const { dataset, src } = document.currentScript as HTMLScriptElement;
const queued = page.track?.q ?? [];
page.tracker = { flush, init, optIn, optOut, track };
page.track = track;
init({
  endpoint: dataset.endpoint ?? src.replace(/[^/]*$/, ""),
  ...(dataset.site && { site: dataset.site }),
  debug: "debug" in dataset,
});
for (const pings of queued) track(pings);
