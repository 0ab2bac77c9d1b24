import type * as Auto from "../auto/auto.ts";
import type * as Owner from "../owner/owner.ts";
import { OPEN_HEATMAP, WATCHED } from "../protocol/watched.ts";
import type * as Seen from "../seen/seen.ts";
import { autotrack, trackAnnotated } from "./autotrack.ts";
import { flush } from "./deliver.ts";
import { matchPages } from "./match-pages.ts";
import type { Options } from "./options.ts";
import type { LoadRecovery } from "./send.ts";
import { note, optIn, optOut, start, track, type Pings } from "./tracker.ts";
import { guard, warn } from "./warn.ts";

/** Where the functions stand on any page, whatever its own globals are called. */
const OWN_NAME = Symbol.for("@tracker/sdk");

const page = window as unknown as Record<string | symbol, unknown>;

/**
 * What a script tag does: starts by the tag's `data-*` attributes, which are the options of `init()`, and defines
 * `window.tracker` and a global `track()`.
 *
 *     <script async src="https://tracker.example.com/tracker.js"></script>
 *
 * @param loadRecovery Loads what only an unlucky page needs, from the folder that the script is in.
 */
export function startScript(loadRecovery: (folder: string) => ReturnType<LoadRecovery>): void {
  // By the prototype: an image with that name can take its place in `document`.
  const script: unknown = Reflect.get(Document.prototype, "currentScript", document);
  // Once, also where the tag is on the page twice.
  if (page[OWN_NAME]) return;
  if (!(script instanceof HTMLScriptElement)) return warn("not started", "a module has no data-* attributes");

  const { dataset, src } = script;
  const folder = src.replace(/[^/]*$/, "");
  const load = (file: string): Promise<unknown> => import(`${folder}${file}`);
  const { endpoint = folder, site, auto, seen, pages, debug = "false", enabled, ignoreSignals } = dataset;
  let kept: string | undefined;
  try {
    kept = sessionStorage[OPEN_HEATMAP] as string | undefined;
  } catch {
    // Cookies are blocked.
  }
  // A link from the dashboard, or the heat map that stays open in this tab. The page's own router may have changed the address already,
  // so the one that was opened is read, too.
  const [opened] = performance.getEntriesByType("navigation");
  const link = /#tracker-(?:heatmap=([^#\s]+)|ignore( |$))/.exec(`${location.href} ${opened?.name} ${kept}`);
  if (link) {
    // Who looks does not count.
    page[WATCHED] = true;
    void load("owner.js").then((owner) => (owner as typeof Owner).followLink(endpoint, link[1], optOut));
  }
  const init = (options?: Options) => start(options, () => loadRecovery(folder));
  init({
    endpoint,
    site,
    debug: debug != "false",
    enabled: readFlag(enabled),
    ignoreSignals: readFlag(ignoreSignals),
    pages: pages == "true" ? (path) => path.slice(0, 250) : pages && matchPages(pages),
  } as Options);
  trackAnnotated();
  const functions = { autotrack, flush, init, optIn, optOut, track };
  page[OWN_NAME] = functions;
  defineGlobal("tracker", functions);
  const early = (page["track"] as { q?: unknown } | undefined)?.q;
  if (Array.isArray(early)) {
    track(early as Pings);
    page["track"] = track;
  } else defineGlobal("track", track);
  void guard("not loaded", async () => {
    const all = auto == "true" ? ((await load("auto.js")) as typeof Auto) : undefined;
    all?.countUsable(track);
    if (seen == "true") ((await load("seen.js")) as typeof Seen).countSeen(note, all);
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
