import type { FindParts } from "./parts.ts";
import { intersect, readRect, type Rect } from "./rect.ts";
import { make } from "./shadow.ts";

/** Elements that count as one, and what to say of them. */
export interface Spot {
  elements: Element[];
  count: number;
  /** Part of everything counted on this page, from 0 to 1. */
  share: number;
  color: string;
}

/** Boxes over the page, each kept where its element is seen. */
export interface Overlay {
  /** Draws a box for each element, and takes away those of other elements. */
  show(spots: readonly Spot[]): void;
  /** Moves the boxes to their elements; false when nothing had moved. */
  place(): boolean;
  /** Which rectangles make up what is seen of an element. */
  findParts: FindParts;
}

interface Box {
  look: string;
  /** One for each line of the element, the first with the number. */
  nodes: HTMLElement[];
  /** The nodes' styles as last written. */
  drawn?: string;
  /** How far the element is cut off on each side by what it scrolls in; false while nothing of it is in the window. */
  cuts?: number[] | false;
}

export const OVERLAY_STYLE = `
div{position:absolute;z-index:2147483646;pointer-events:none;container-type:size;
outline:1.5px solid var(--c);background:color-mix(in oklab,var(--c) 28%,transparent)}
b{float:right;translate:var(--x) var(--y);padding:0 5px;border-radius:8px;background:var(--c);color:#fff;
font:600 11px/16px system-ui;white-space:nowrap}
small{padding-left:4px;font-weight:400}
@container(width<80px){small{display:none}}`;

/** How far a number stands above its box. */
const NUMBER_ABOVE_PX = 9;

/**
 * Makes an empty overlay. Boxes are placed relative to the document, not to the window: while the page scrolls the browser
 * moves them with it, and little is written.
 */
export function createOverlay(shadow: ShadowRoot): Overlay {
  const boxes = new Map<Element, Box>();

  // The browser knows best how ancestors cut elements off, and which elements are too far away to be looked at.
  const sight = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting, boundingClientRect, intersectionRect } of entries) {
        const whole = readRect(boundingClientRect);
        const cuts = readRect(intersectionRect).map((edge, side) =>
          edge === windowRect()[side] ? 0 : edge - whole[side]!,
        );
        Object.assign(boxes.get(target) ?? {}, { cuts: isIntersecting && cuts });
      }
      overlay.place();
    },
    { threshold: [...Array(101).keys()].map((percent) => percent / 100) },
  );
  const overlay: Overlay = {
    findParts: (_, seen) => [seen],

    show(spots) {
      const gone = new Map(boxes);
      for (const { elements, count, share, color } of spots) {
        for (const element of elements.map(findTarget)) {
          const box = boxes.get(element) ?? { nodes: [make(shadow, "div")], look: "" };
          boxes.set(element, box);
          gone.delete(element);
          sight.observe(element);
          box.look = `--c:${color};border-radius:${getComputedStyle(element).borderRadius.replace(/^0px$/, "4px")};`;
          box.nodes[0]!.textContent = "";
          make(
            make(box.nodes[0]!, "b", count.toLocaleString()),
            "small",
            share < 0.01 ? "<1%" : `${Math.round(share * 100)}%`,
          );
        }
      }
      for (const [element, { nodes }] of gone) {
        sight.unobserve(element);
        boxes.delete(element);
        for (const node of nodes) node.remove();
      }
    },

    place() {
      // First everything is read, then everything written: the page is laid out once at most.
      const origin = shadow.host.getBoundingClientRect();
      const moves: [Box, string[]][] = [];
      for (const [element, box] of boxes) {
        const { cuts, look } = box;
        const styles: string[] = [];
        if (cuts && element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) {
          const whole = readRect(element.getBoundingClientRect());
          const seen = intersect(
            windowRect(),
            whole.map((edge, side) => edge + cuts[side]!),
          );
          for (const [left, top, right, bottom] of overlay.findParts(element, seen, origin)) {
            // A number that would stand outside of the window, or on what covers its element, comes into the box.
            const up = top < NUMBER_ABOVE_PX || top > whole[1] ? 0 : NUMBER_ABOVE_PX;
            styles.push(
              left < right && top < bottom
                ? `${look}--x:${right - left < 120 && right + 40 < innerWidth ? 40 : 0}%;--y:-${up}px;translate:${left - origin.left}px ${top - origin.top}px;width:${right - left}px;height:${bottom - top}px`
                : "display:none",
            );
          }
        }
        if (styles.join() !== box.drawn) moves.push([box, styles]);
      }
      for (const [box, styles] of moves) {
        box.drawn = styles.join();
        for (const index of [...styles, ...box.nodes].keys()) {
          (box.nodes[index] ??= make(shadow, "div")).style.cssText = styles[index] ?? "display:none";
        }
      }
      return moves.length > 0;
    },
  };
  return overlay;
}

/** A link around an image is itself only as high as a line of text. */
function findTarget(element: Element): Element {
  return (element.localName === "a" && !element.textContent?.trim() && element.firstElementChild) || element;
}

function windowRect(): Rect {
  return [0, 0, innerWidth, innerHeight];
}
