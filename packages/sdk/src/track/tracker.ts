import type { Ping, PingInput } from "../protocol/labels.ts";
import { WATCHED } from "../protocol/watched.ts";
import { CHOICE_KEY, choose } from "./choice.ts";
import { addToQueue, dropQueue, flush, flushOnLeave, foldSoon, sendLeft, setPath } from "./deliver.ts";
import { dropOpenBatch } from "./open-batch.ts";
import { options, type Options } from "./options.ts";
import { hasPage } from "./page.ts";
import { outbox, setEndpoint, url, type LoadRecovery } from "./send.ts";
import { clearStorage } from "./storage.ts";
import { tellHeatmap } from "./tell-heatmap.ts";
import { guard } from "./warn.ts";

/** A heat map that is open; in its developer's mode a function, to be told what would have counted. */
type Watcher = boolean | ((pings: Pings, element?: Element) => void);

/** What `track()` takes: a labels string, a ping, or a list of either. */
export type Pings = string | PingInput | readonly (string | PingInput)[];

/** Starts counting, or changes options; `load` loads what only an unlucky page needs. */
export function start(given: Options = {}, load: LoadRecovery): void {
  if (!hasPage()) return;
  void guard("not sent", () => {
    Object.assign(options, given);
    if (url) return;
    setEndpoint(options.endpoint ?? "", load);
    tellHeatmap();
    sendLeft();
    listen();
  });
  foldSoon(false);
}

function listen(): void {
  addEventListener("online", sendLeft);
  // Caught on their way down: Safari 14 does not let visibilitychange bubble up to the window.
  for (const type of ["pagehide", "visibilitychange", "prerenderingchange"]) addEventListener(type, flushOnLeave, true);
  // Earlier than those, so that the answer mostly comes before the page is gone and the next has nothing to send again.
  const { navigation } = window as { navigation?: unknown };
  if (navigation instanceof EventTarget) {
    navigation.addEventListener("navigate", (event) => {
      if (!(event as NavigateEvent).destination.sameDocument) flushOnLeave();
    });
  }
  // The visitor chose in another tab. What was tracked before a no, or under one, is not for a later yes.
  addEventListener("storage", ({ key, oldValue, newValue }) => {
    if (key == CHOICE_KEY && [oldValue, newValue].includes("out")) forget();
  });
}

/**
 * Counts actions: a labels string, a ping, or a list of either. It never throws and never waits; what is wrong is left
 * out, with a warning in the console. Does nothing where there is no page.
 *
 * @param element Gives its `id` to pings without a DOM id.
 * @example track("signup:buttons:cta|visit");
 * @example track({ label: "add to cart", category: "shop", domId: ":r1:", count: 2 });
 */
export function track(pings: Pings, element?: Element): void {
  addAll(pings, true, element);
}

/** Counts what nobody did, such as what was seen: it is sent with the page's actions, or when it is left. */
export function note(ping: PingInput): void {
  addAll(ping, false);
}

function addAll(pings: Pings, isAction: boolean, element?: Element): void {
  // A heat map is open: who looks does not count.
  const watched = (globalThis as { [WATCHED]?: Watcher })[WATCHED];
  if (typeof watched == "function") watched(pings, element);
  if (!hasPage() || watched) return;
  setPath(location.pathname);
  // Not `element.id`: a form has its fields as properties. A list's forEach() gives a number for an element.
  const id = element?.getAttribute?.("id");
  for (const item of [pings].flat(2).flatMap(splitText)) {
    void guard("not a ping", () => {
      const [label, category, domId, ...more] =
        typeof item == "string" ? item.split(":") : [item.label, item.category, item.domId];
      const { count = 1 } = item as Partial<Ping>;
      addToQueue([label, category, domId || id, ...more], count);
    });
  }
  foldSoon(isAction);
}

/** The pings of a labels string. Empty ones are skipped, but not one that is all there is. */
function splitText(item: string | PingInput): readonly (string | PingInput)[] {
  if (typeof item != "string") return [item];
  return item.split("|").filter((text) => text.trim() || text == item);
}

/** The visitor agrees to be counted: remembered, and above `enabled: false` and what the browser asks for. */
export function optIn(): Promise<void> {
  // What was tracked without consent is dropped.
  void flush();
  choose("in");
  return flush();
}

/** The visitor does not want to be counted: remembered, and what is not sent yet is dropped. */
export function optOut(): Promise<void> {
  forget();
  clearStorage();
  choose("out");
  return flush();
}

/** Forgets what this page has not sent. */
function forget(): void {
  dropQueue();
  dropOpenBatch();
  outbox.clear();
}
