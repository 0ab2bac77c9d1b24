import { isVisible } from "./is-visible.ts";
import { findCover, isInside } from "./cover.ts";
import { createLayers, findScroller } from "./layers.ts";
import { NUMBER_ABOVE_PX, type Look } from "../overlay.ts";
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
      visibilities.set(element, (visibility = { cuts: [0, 0, 0, 0], wraps, scroller: findScroller(element) }));
      observer.observe(element);
    }
    return visibility;
  }

  return (element, origin) => {
    if (origin !== lastFrame) beginFrame(origin);
    const visibility = findVisibility(element);
    const { cuts, wraps, scroller } = visibility;
    const { node, left, top } = scroller
      ? layerOf(scroller, origin)
      : { node: layer, left: origin.left, top: origin.top };
    const isBehind = modals.length > 0 && !modals.some((modal) => isInside(element, modal));
    if (!cuts || isBehind || !isVisible(element)) return { layer: node, parts: [] };
    const whole = readRect(element.getBoundingClientRect());
    let seen = intersect(
      windowRect(),
      whole.map((edge, side) => edge + cuts[side]!),
    );
    if (isItsTurn()) visibility.cover = findCover(element, seen);
    if (visibility.cover) seen = subtract(seen, readRect(visibility.cover.getBoundingClientRect()));
    const hasRoom = seen[1] === whole[1] && seen[1] >= NUMBER_ABOVE_PX;
    const lines = wraps ? [...element.getClientRects()].map((line) => intersect(readRect(line), seen)) : [seen];
    const parts = lines.map(
      (line) => [line[0] - left, line[1] - top, line[2] - line[0], line[3] - line[1], hasRoom] as const,
    );
    return { layer: node, parts: parts.filter(([, , width, height]) => width > 0 && height > 0) };
  };
}

function windowRect(): Rect {
  return [0, 0, innerWidth, innerHeight];
}
