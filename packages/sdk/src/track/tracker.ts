import { isPing, joinParts, type PingInput } from "../protocol/labels.ts";
import { choose, mayCount } from "./choice.ts";
import { SEAL_AFTER_MS } from "./limits.ts";
import { options, type Options } from "./options.ts";
import { dropBatch, openOutbox, outbox, url } from "./outbox.ts";
import { addToQueue, takeQueue } from "./queue.ts";
import { retryNow, seal, sendAll } from "./send.ts";
import { guard, warn } from "./warn.ts";

let sealTimer: ReturnType<typeof setTimeout> | undefined;

/** What `track()` takes: a labels string, a ping, or a list of either. */
export type Pings = string | PingInput | readonly (string | PingInput)[];

/**
 * Starts counting. What was tracked before is kept until now. Calling it again changes options, but for `endpoint`.
 * Does nothing where there is no page, as on a server that renders one.
 *
 * @example init({ endpoint: "https://tracker.example.com" });
 */
export function init(given: Options = {}): void {
  if (typeof document == "undefined") return;
  void guard("not sent", () => {
    Object.assign(options, given);
    if (!url) {
      openOutbox(options.endpoint ?? "");
      // Caught on their way down: Safari 14 does not let visibilitychange bubble up to the window.
      addEventListener("pagehide", flush, true);
      addEventListener("visibilitychange", flush, true);
      addEventListener("prerenderingchange", flush, true);
      // Earlier than those, so that the answer mostly comes before the page is gone and the next has nothing to send again.
      // Not for links within the page: clicks on them are sent together as all others are.
      (window as { navigation?: EventTarget }).navigation?.addEventListener(
        "navigate",
        (event) => (event as NavigateEvent).destination.sameDocument || flush(event),
      );
      addEventListener("online", retryNow);
    }
  });
  void flush();
}

/**
 * Counts actions: a labels string, a ping, or a list of either. It never throws and never waits; what is wrong is left
 * out, with a warning in the console.
 *
 * @param element Gives its `id` to pings without a DOM id.
 * @example track("signup:buttons:cta|visit");
 * @example track({ label: "add to cart", category: "shop", domId: ":r1:", count: 2 });
 */
export function track(pings: Pings, element?: Element): void {
  for (const item of [pings].flat(2)) {
    void guard("not a ping", () => {
      if (typeof item == "string") {
        for (const text of item.split("|")) if (text.trim() || text == item) add(element, text.split(":"));
      } else add(element, [item.label, item.category, item.domId], item.count);
    });
  }
  sealTimer ??= setTimeout(flush, SEAL_AFTER_MS);
}

function add(element: Element | undefined, parts: unknown[], count: unknown = 1): void {
  // A list's forEach() gives a number. Not `element.id`: a form has its inputs as properties, also one with the name "id".
  parts[2] ||= element?.getAttribute?.("id");
  const lines = joinParts(parts);
  if (!isPing(lines, count)) warn("not a ping", lines);
  else if (!addToQueue(lines, count)) {
    void flush();
    if (!addToQueue(lines, count)) warn("not counted", lines);
  }
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
  for (const key of outbox.keys()) dropBatch(key);
  choose("out");
  return flush();
}

/**
 * Sends what was tracked, now. Resolves when that is answered, or kept for later because it could not be sent.
 *
 * @param leaving Whether the page may be gone before it can send a second batch.
 */
export function flush(leaving?: unknown): Promise<void> {
  return guard("not sent", () => {
    sealTimer = undefined;
    // A page that the browser made ahead of a click counts when it is shown.
    if (!url || (document as Document & { prerendering?: boolean }).prerendering) return;
    const allowed = mayCount();
    if (allowed === null) return;
    const tracked = takeQueue();
    if (!allowed) return tracked[0] && warn("not counted", tracked);
    const { site, beforeSend = (ping) => ping } = options;
    const pings: unknown[] = [];
    for (const [lines, count] of tracked) {
      void guard("not a ping", () => {
        const [label, category, domId] = lines.split("\n") as [string, string, string];
        const ping = beforeSend({ label, category, domId, count });
        if (ping) pings.push([ping.label, ping.category, ping.domId, ping.count ?? count]);
        return ping;
      });
    }
    if (pings[0]) seal({ v: 1, pings, site, webdriver: navigator.webdriver });
    return sendAll(leaving);
  });
}
