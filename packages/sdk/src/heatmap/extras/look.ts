import { isVisible } from "./is-visible.ts";
import { findCover, isInside } from "./cover.ts";
import { createLayers, findScroller } from "./layers.ts";
import type { Look, Part } from "../sight.ts";
import { findBlocked } from "./badge-room.ts";
import { ABOVE } from "./fit-badge.ts";
import { isOnDark } from "./is-on-dark.ts";
import { intersect, readRect, subtract, type Rect } from "./geometry.ts";

/** How long one frame may spend on asking what covers elements. The next frame goes on. */
const ASK_MS = 2;
/** Steps of visibility that the browser reports: hundredths of an element. */
const THRESHOLDS = [...Array(101).keys()].map((step) => step / 100);

/** How much of an element is seen. */
interface Visibility {
  /** How far ancestors cut it off on each side; false while nothing of it is in the window. */
  cuts: number[] | false;
  /** Whether it may go over several lines. */
  wraps: boolean;
  scroller: Element | undefined;
  /** What lies over it, as last seen. */
  cover?: Element | undefined;
  /** Where its badge would cover a text, as last seen; undefined until it was looked. */
  blocked?: number;
  isDark: boolean;
}

/**
 * Makes a function that finds what is seen of an element: a rectangle for each line of a wrapped link, within the window and
 * what it scrolls in, less what a sticky header, a dialog or the like covers.
 */
export function createLook(layer: HTMLElement, removed: AbortSignal): Look {
  const layerOf = createLayers(layer);
  const visibilities = new WeakMap<Element, Visibility>();
  // The browser knows how ancestors cut elements off, and which elements are far outside the window.
  const observer = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting, boundingClientRect, intersectionRect } of entries) {
        const whole = readRect(boundingClientRect);
        const limit = windowRect();
        const cuts = readRect(intersectionRect).map((edge, side) => (edge === limit[side] ? 0 : edge - whole[side]!));
        visibilities.get(target)!.cuts = isIntersecting && cuts;
      }
    },
    { threshold: THRESHOLDS },
  );
  removed.addEventListener("abort", () => observer.disconnect());

  // Elements take turns: each frame asks some of them what covers them. Answers are kept, so every frame cuts every element.
  let lastFrame: object;
  let index = 0;
  let turn = 0;
  let deadline = 0;
  /** Modal elements. Nothing outside them can be used. */
  let modals: Element[] = [];

  function beginFrame(frame: object): void {
    if (turn >= index) turn = 0;
    index = 0;
    deadline = performance.now() + ASK_MS;
    modals = [...document.querySelectorAll(":modal")];
    lastFrame = frame;
  }

  function isItsTurn(): boolean {
    if (index++ !== turn || performance.now() > deadline) return false;
    turn++;
    return true;
  }

  function findVisibility(element: Element): Visibility {
    let visibility = visibilities.get(element);
    if (!visibility) {
      const wraps = getComputedStyle(element).display === "inline";
      visibilities.set(
        element,
        (visibility = { cuts: [0, 0, 0, 0], wraps, scroller: findScroller(element), isDark: isOnDark(element) }),
      );
      observer.observe(element);
    }
    return visibility;
  }

  return (element, origin, badge) => {
    if (origin !== lastFrame) beginFrame(origin);
    const visibility = findVisibility(element);
    const { cuts, wraps, scroller } = visibility;
    const { node, left, top } = scroller
      ? layerOf(scroller, origin)
      : { node: layer, left: origin.left, top: origin.top };
    const sight = { layer: node, left, top, parts: [], blocked: 0 };
    const isBehind = modals.length > 0 && !modals.some((modal) => isInside(element, modal));
    if (!cuts || isBehind || !isVisible(element)) return sight;
    const whole = readRect(element.getBoundingClientRect());
    let seen = intersect(
      windowRect(),
      whole.map((edge, side) => edge + cuts[side]!),
    );
    const isTurn = isItsTurn();
    if (isTurn) visibility.cover = findCover(element, seen);
    if (visibility.cover) seen = subtract(seen, readRect(visibility.cover.getBoundingClientRect()));
    const lines = (wraps ? [...element.getClientRects()].map((line) => intersect(readRect(line), seen)) : [seen])
      .map(([left, top, right, bottom]): Part => [left, top, right - left, bottom - top])
      .filter(([, , width, height]) => width > 0 && height > 0);
    const [first] = lines;
    if (isTurn && first) {
      visibility.blocked = findBlocked(element, first, badge);
      visibility.isDark = isOnDark(element);
    }
    return {
      ...sight,
      parts: lines.map(([x, y, width, height]): Part => [x - left, y - top, width, height]),
      // A number above an element that is cut off would lie on what cuts it off.
      blocked: (visibility.blocked ?? 0) | (seen[1] > whole[1] ? ABOVE : 0),
      name: visibility.isDark ? "dark" : "",
      isUnsure: first !== undefined && visibility.blocked === undefined,
    };
  };
}

function windowRect(): Rect {
  return [0, 0, innerWidth, innerHeight];
}
