import { SEAL_AFTER_MS, SEAL_AT_PINGS } from "./limits.ts";
import { warn } from "./warn.ts";
import { mayCount } from "./choice.ts";
import { retryNow, sendAll } from "./send.ts";
import { options, type Options } from "./options.ts";
import { addToQueue, clearQueue, queue } from "./queue.ts";
import { store } from "./storage.ts";
import { dropBatch, openOutbox, outbox, seal, url } from "./outbox.ts";
import { isPing, joinParts, type PingInput } from "../protocol/labels.ts";

let allowed: boolean | null | undefined;
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
  Object.assign(options, given);
  if (!url) {
    openOutbox(options.endpoint ?? "");
    // Caught on their way down: Safari 14 does not let visibilitychange bubble up to the window.
    addEventListener("pagehide", proceed, true);
    addEventListener("visibilitychange", proceed, true);
    addEventListener("prerenderingchange", proceed, true);
    // Earlier than those, so that the answer mostly comes before the page is gone and the next has nothing to send again.
    // Not for links within the page: clicks on them are sent together as all others are.
    (window as { navigation?: EventTarget }).navigation?.addEventListener(
      "navigate",
      (event) => (event as NavigateEvent).destination.sameDocument || proceed(event),
    );
    addEventListener("online", retryNow);
  }
  void proceed();
}

/**
 * Counts actions: a labels string, a ping, or a list of either. It never throws and never waits; what is wrong is left
 * out, with a warning in the console.
 *
 * @example track("signup:buttons:cta|visit");
 * @example track({ label: "add to cart", category: "shop", domId: ":r1:", count: 2 });
 */
export function track(pings: Pings): void {
  record(pings);
}

/** As `track()`; pings without a DOM id get this one. */
export function record(pings: Pings, domIdOfElement?: string): void {
  if (allowed == false) return warn("not counted", pings);
  for (const item of [pings].flat()) {
    try {
      if (typeof item == "string") {
        for (const text of item.split("|")) if (text.trim() || text == item) add(domIdOfElement, text.split(":"));
      } else add(domIdOfElement, [item.label, item.category, item.domId], item.count);
    } catch {
      warn("not a ping", item);
    }
  }
  if (queue.size >= SEAL_AT_PINGS) void proceed();
  sealTimer ??= setTimeout(proceed, SEAL_AFTER_MS);
}

function add(domIdOfElement: string | undefined, parts: unknown[], count: unknown = 1): void {
  parts[2] ||= domIdOfElement;
  const lines = joinParts(parts);
  if (!isPing(lines, count)) warn("not a ping", lines);
  else if (!addToQueue(lines, count)) {
    void proceed();
    if (!addToQueue(lines, count)) warn("dropped", lines);
  }
}

/** Sends what was tracked, now. Resolves when that is answered, or kept for later because it could not be sent. */
export function flush(): Promise<void> {
  return proceed();
}

/** The visitor agrees to be counted: remembered, and above `enabled: false` and what the browser asks for. */
export function optIn(): Promise<void> {
  store("tracker", "in");
  return proceed();
}

/** The visitor does not want to be counted: remembered, and what is not sent yet is dropped. */
export function optOut(): Promise<void> {
  outbox.forEach((_, key) => dropBatch(key));
  store("tracker", "out");
  return proceed();
}

/** Seals what is queued and sends what is sealed. */
async function proceed(leaving?: unknown): Promise<void> {
  sealTimer = undefined;
  // A page that the browser made ahead of a click counts when it is shown.
  if (!url || (document as Document & { prerendering?: boolean }).prerendering) return;
  allowed = mayCount();
  if (allowed == false) return clearQueue();
  if (!allowed) return;
  const { site, beforeSend = (ping) => ping } = options;
  const pings = [];
  for (const [lines, count] of queue) {
    const [label, category, domId] = lines.split("\n") as [string, string, string];
    const ping = beforeSend({ label, category, domId, count });
    if (ping) pings.push([ping.label, ping.category, ping.domId, ping.count]);
  }
  clearQueue();
  if (pings[0]) seal({ v: 1, site, webdriver: navigator.webdriver, pings });
  return sendAll(leaving);
}
