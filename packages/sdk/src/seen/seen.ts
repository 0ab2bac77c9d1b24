import { ANNOTATED } from "../auto/usable.ts";
import type { PingInput } from "../protocol/labels.ts";
import { SEEN } from "../protocol/seen.ts";
import { isInSight } from "./in-sight.ts";

/** What tells elements that count without being annotated: `auto.js`. */
interface Auto {
  USABLE: string;
  elementKey(element: Element): string;
}

/** How much of an element is to be within the window and what it scrolls in. */
const SHARE = 0.5;
/** How long it is to stay so. */
const SEEN_MS = 1_000;
/** How often new elements are looked for. */
const LOOK_EVERY_MS = 1_000;

/**
 * Counts each element whose clicks would count when it is seen: at least half visible for a second, once a page view. A page
 * view begins when the page is loaded, changes its path, or comes back from the back/forward cache.
 *
 * @param track Counts a ping.
 * @param auto Where clicks on elements that are not annotated count.
 */
export function countSeen(track: (ping: PingInput) => void, auto?: Auto): void {
  /** Elements that are half in the window, and what looks at them next. */
  const near = new Map<Element, ReturnType<typeof setTimeout> | undefined>();
  let seen = new WeakSet<Element>();
  let path = location.pathname;

  const observer = new IntersectionObserver(
    (entries) => {
      for (const { target, intersectionRatio } of entries) {
        clearTimeout(near.get(target));
        near.delete(target);
        if (intersectionRatio >= SHARE) look(target);
      }
    },
    { threshold: SHARE },
  );

  function look(element: Element, wasInSight = false): void {
    near.set(element, undefined);
    if (seen.has(element)) return;
    const isSeen = isInSight(element);
    if (isSeen && wasInSight) {
      seen.add(element);
      for (const ping of listPings(element, auto)) track(ping);
    } else near.set(element, setTimeout(look, SEEN_MS, element, isSeen));
  }

  function lookAgain(): void {
    for (const [element, timer] of near) {
      clearTimeout(timer);
      look(element);
    }
  }

  function beginPageView(): void {
    path = location.pathname;
    seen = new WeakSet();
    lookAgain();
  }

  function observeAll(): void {
    if (location.pathname != path) beginPageView();
    // The loop meets the trees that are found on the way.
    const trees: ParentNode[] = [document];
    for (const tree of trees) {
      for (const element of tree.querySelectorAll("*")) {
        if (element.shadowRoot) trees.push(element.shadowRoot);
        if (element.matches(ANNOTATED) || (auto && element.matches(auto.USABLE))) observer.observe(element);
      }
    }
  }

  // A second in a tab that nobody looks at is no second.
  addEventListener("visibilitychange", lookAgain, true);
  addEventListener("pageshow", (event) => event.persisted && beginPageView());
  setInterval(observeAll, LOOK_EVERY_MS);
  observeAll();
}

/** Of each category and DOM id one: what a click counts under several labels was seen once. */
function listPings(element: Element, auto: Auto | undefined): PingInput[] {
  if (element.matches(ANNOTATED)) {
    const pings = element.getAttribute("data-track")!.split("|");
    const named = pings.map((ping) => {
      const [, category = "", domId] = ping.split(":").map((part) => part.trim());
      return { label: SEEN, category, domId: domId || (element.getAttribute("id") ?? "") };
    });
    return [...new Map(named.map((ping) => [`${ping.category}:${ping.domId}`, ping])).values()];
  }
  return auto && !isInAnnotated(element) ? [{ label: SEEN, category: "auto", domId: auto.elementKey(element) }] : [];
}

/** Whether an annotation says what clicks on the element count. */
function isInAnnotated(element: Element): boolean {
  const { host } = element.getRootNode() as Partial<ShadowRoot>;
  return Boolean(element.closest(ANNOTATED)) || (host !== undefined && isInAnnotated(host));
}
