/**
 * What a script tag loads. It starts by the tag's `data-*` attributes, which are the options of `init()`, and defines
 * `window.tracker` and a global `track()`.
 *
 *     <script async src="https://tracker.example.com/tracker.js"></script>
 */
import type * as Auto from "./auto/auto.ts";
import type * as Seen from "./seen/seen.ts";
import type * as Heatmap from "./heatmap.ts";
import { WATCHED } from "./protocol/watched.ts";
import { autotrack, trackAnnotated } from "./track/autotrack.ts";
import type { Options } from "./track/options.ts";
import { flush } from "./track/queue.ts";
import { init, note, optIn, optOut, track, type Pings } from "./track/tracker.ts";
import { guard, warn } from "./track/warn.ts";

/** Where the functions stand on any page, whatever its own globals are called. */
const OWN_NAME = Symbol.for("@tracker/sdk");

const page = window as unknown as Record<string | symbol, unknown>;
// By the prototype: an image with that name can take its place in `document`.
const script: unknown = Reflect.get(Document.prototype, "currentScript", document);

// Once, also where the tag is on the page twice.
if (!page[OWN_NAME]) {
  if (script instanceof HTMLScriptElement) start(script);
  else warn("not started", "a module has no data-* attributes");
}

function start({ dataset, src }: HTMLScriptElement): void {
  const folder = src.replace(/[^/]*$/, "");
  const { endpoint = folder, site, auto, seen, pages, debug = "false", enabled, ignoreSignals } = dataset;
  // First, because who looks does not count.
  openHeatmap(folder, endpoint);
  ignoreBrowser();
  init({
    endpoint,
    site,
    debug: debug != "false",
    enabled: readFlag(enabled),
    ignoreSignals: readFlag(ignoreSignals),
    pages: readFlag(pages),
  } as Options);
  trackAnnotated();
  const functions = { autotrack, flush, init, optIn, optOut, track };
  page[OWN_NAME] = functions;
  defineGlobal("tracker", functions);
  const stub = page["track"] as { q?: unknown } | undefined;
  if (Array.isArray(stub?.q)) {
    track(stub.q as Pings);
    page["track"] = track;
  } else defineGlobal("track", track);
  void guard("not loaded", async () => {
    const all = auto == "true" ? ((await import(`${folder}auto.js`)) as typeof Auto) : undefined;
    all?.countUsable(track);
    if (seen == "true") ((await import(`${folder}seen.js`)) as typeof Seen).countSeen(note, all);
  });
}

/** The value of a flag. Another text stays as it is, which is no yes. */
function readFlag(text: string | undefined): unknown {
  return /^(true|false|null)$/.test(text ?? "") ? JSON.parse(text!) : text;
}

/** Defines a global, unless the page has one of its own. An element with that `id` is none. */
function defineGlobal(name: string, value: unknown): void {
  if (Object.getOwnPropertyDescriptor(page, name)) warn("name taken", name);
  else page[name] = value;
}

/** Opens the heat map for a link from the dashboard. */
function openHeatmap(folder: string, endpoint: string): void {
  const [address, token] = location.href.split("#tracker-heatmap=");
  if (!token) return;
  Reflect.set(page, WATCHED, true);
  // The token is for this page view, not for who gets the link next.
  history.replaceState(history.state, "", address);
  void (import(`${folder}heatmap.js`) as Promise<typeof Heatmap>).then((heatmap) =>
    heatmap.showHeatmap({ endpoint, token }),
  );
}

/** Does not count this browser from now on, for another link from the dashboard. */
function ignoreBrowser(): void {
  if (location.hash != "#tracker-ignore") return;
  void optOut();
  history.replaceState(history.state, "", location.pathname + location.search);
  alert("Tracker no longer counts this browser on this site.");
}
