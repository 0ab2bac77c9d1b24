import type { PingInput } from "../protocol/labels.ts";
import { WATCHED } from "../protocol/watched.ts";
import { CHOICE_KEY, choose } from "./choice.ts";
import { ADOPT_AFTER_MS } from "./limits.ts";
import { dropOpenBatch, setPath } from "./open-batch.ts";
import { options, type Options } from "./options.ts";
import { clearStorage, outbox, setEndpoint, url } from "./outbox.ts";
import { hasPage } from "./page.ts";
import { addToQueue, dropQueue, flush, flushOnLeave, foldNow, foldSoon } from "./queue.ts";
import { adoptAndSend, retryNow } from "./send.ts";
import { guard } from "./warn.ts";

/** What `track()` takes: a labels string, a ping, or a list of either. */
export type Pings = string | PingInput | readonly (string | PingInput)[];

/** The path of the page view. A page that changes it without loading shows another page. */
let path: string | undefined;

/**
 * Starts counting. What was tracked before is kept until now. Calling it again changes options, but for `endpoint`.
 * Does nothing where there is no page, as on a server that renders one.
 *
 * @example init({ endpoint: "https://tracker.example.com" });
 */
export function init(given: Options = {}): void {
  if (!hasPage()) return;
  void guard("not sent", () => {
    Object.assign(options, given);
    if (!url) start();
  });
  foldSoon(false);
}

function start(): void {
  setEndpoint(options.endpoint ?? "");
  void adoptAndSend();
  // By then, whatever is open now is old enough to be taken over.
  setTimeout(adoptAndSend, ADOPT_AFTER_MS);
  // Caught on their way down: Safari 14 does not let visibilitychange bubble up to the window.
  for (const type of ["pagehide", "visibilitychange", "prerenderingchange"]) addEventListener(type, flushOnLeave, true);
  // Earlier than those, so that the answer mostly comes before the page is gone and the next has nothing to send again.
  const { navigation } = window as { navigation?: unknown };
  if (navigation instanceof EventTarget) {
    navigation.addEventListener("navigate", (event) => {
      if (!(event as NavigateEvent).destination.sameDocument) flushOnLeave();
    });
  }
  addEventListener("online", retryNow);
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
  queuePings(pings, true, element);
}

/** Counts what nobody did, such as what was seen: it is sent with the page's actions, or when it is left. */
export function note(ping: PingInput): void {
  queuePings(ping, false);
}

function queuePings(pings: Pings, isAction: boolean, element?: Element): void {
  // A heat map is open: who looks does not count.
  if (!hasPage() || Reflect.get(globalThis, WATCHED)) return;
  // A batch is of one path.
  if (path != location.pathname) flushOnLeave();
  setPath((path = location.pathname));
  for (const item of [pings].flat(2)) {
    void guard("not a ping", () => {
      if (typeof item == "string") {
        for (const text of item.split("|")) if (text.trim() || text == item) add(element, text.split(":"));
      } else add(element, [item.label, item.category, item.domId], item.count);
    });
  }
  foldSoon(isAction);
}

function add(element: Element | undefined, parts: unknown[], count: unknown = 1): void {
  // Not `element.id`: a form has its fields as properties. A list's forEach() gives a number for an element.
  parts[2] ||= element?.getAttribute?.("id");
  addToQueue(parts, count);
}

/** The visitor agrees to be counted: remembered, and above `enabled: false` and what the browser asks for. */
export function optIn(): Promise<void> {
  // What was tracked without consent is dropped.
  void foldNow();
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
