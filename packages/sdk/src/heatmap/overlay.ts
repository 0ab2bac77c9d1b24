import { heatColors } from "./scale.ts";
import { make } from "./shadow.ts";
import { findTarget } from "./target.ts";

/** Elements that count as one, and what to draw at each. Compare, rates and filters are made elsewhere: see measure.ts. */
export interface Spot {
  elements: Element[];
  /** From 0 (cold) to 1 (hot). Undefined: never clicked, which is a dashed outline. */
  heat: number | undefined;
  /** What is written at it, in a few characters; empty: nothing. */
  badge: string;
  /** How long the bar below it is, as a part of its width from 0 to 1. */
  bar: number;
}

/** Boxes over the page, each kept where its element is seen. */
export interface Overlay {
  /** Draws a box for each element, and takes away those of other elements. */
  show(spots: readonly Spot[]): void;
  /** Moves the boxes to their elements; false when nothing had moved. */
  place(): boolean;
  /** Returns the whole element at first. The extras replace it by a function that knows what cuts off and covers it. */
  look: Look;
  layer: HTMLElement;
}

/** What is seen of an element, and the layer that its boxes belong to. */
export type Look = (element: Element, origin: DOMRect) => { layer: HTMLElement; parts: Part[] };

/** Where a box is in its layer, and whether there is room for a number above it. */
export type Part = readonly [left: number, top: number, width: number, height: number, hasRoom: boolean];

interface Box {
  /** One for each line of the element, the first with the number. */
  nodes: HTMLElement[];
  borderRadius: string;
  color: string;
  /** What was last drawn. */
  drawn?: string;
}

/** The text of a badge is white on what is darker, else black. */
export const BADGE_TEXT_LIGHTNESS = 0.58;

// No box is positioned, transformed or contained by itself: each of those would be a layer of the browser's own, and with
// hundreds of them a hit test, as for each move of the mouse, takes milliseconds. All share one cell of a grid instead, in a
// single layer, and their margins place them.
export const OVERLAY_STYLE = `
data{position:absolute;z-index:2147483646;display:grid;grid-template:0/0;place-items:start;width:0;height:0;contain:size layout;
pointer-events:none}
div{grid-area:1/1;box-shadow:0 0 0 1.5px;background:color-mix(in oklab,currentcolor 28%,transparent)}
b{float:right;padding:0 5px;border-radius:8px;background:currentcolor;font:600 11px/16px system-ui;white-space:nowrap}
b{-webkit-text-fill-color:oklch(from currentcolor calc((${BADGE_TEXT_LIGHTNESS} - l)*999) 0 0)}
.gone{display:none}
.up b{margin-top:-9px}
.small b{margin-right:-14px}`;

/** How far a number stands above its box. */
export const NUMBER_ABOVE_PX = 9;

/** Boxes narrower than this show the number a bit to the right of the text. */
const SMALL_PX = 90;

/**
 * Makes an empty overlay. Boxes are placed relative to the document, not to the window: while the page scrolls the browser
 * moves them with it, and little is written.
 */
export function createOverlay(shadow: ShadowRoot): Overlay {
  const boxes = new Map<Element, Box>();
  const layer = make(shadow, "data");
  // Assistive technology reads the panel, which names what it counts.
  layer.ariaHidden = "true";

  const overlay: Overlay = {
    layer,

    look(element, origin) {
      const { left, top, width, height } = element.getBoundingClientRect();
      return { layer, parts: [[left - origin.left, top - origin.top, width, height, top >= NUMBER_ABOVE_PX]] };
    },

    show(spots) {
      const gone = new Map(boxes);
      const texts = new Map<Box, string>();
      for (const { elements, heat = 0, badge } of spots) {
        const color = heatColors(heat);
        for (const element of elements.map(findTarget)) {
          const borderRadius = getComputedStyle(element).borderRadius.replace(/^0px$/, "4px");
          const box = Object.assign(boxes.get(element) ?? { nodes: [] }, { borderRadius, color });
          boxes.set(element, box);
          gone.delete(element);
          texts.set(box, badge);
        }
      }
      // All reading is done. Writing may begin.
      for (const [{ nodes }, badge] of texts) {
        const node = (nodes[0] ??= make(layer, "div"));
        if (node.textContent === badge) continue;
        node.textContent = "";
        make(node, "b", badge);
      }
      for (const [element, { nodes }] of gone) {
        boxes.delete(element);
        for (const node of nodes) node.remove();
      }
      overlay.place();
    },

    place() {
      // Read everything first, then write everything: at most one layout.
      const origin = layer.getBoundingClientRect();
      const moves: [Box, HTMLElement, string[][]][] = [];
      for (const [element, box] of boxes) {
        const { layer, parts } = overlay.look(element, origin);
        const lines = parts.map(([left, top, width, height, hasRoom]) => [
          `${hasRoom ? "up" : ""} ${width < SMALL_PX ? "small" : ""}`,
          `${px(top)} 0 0 ${px(left)}`,
          px(width),
          px(height),
        ]);
        const drawn = lines.join(" ") + box.color;
        if (drawn !== box.drawn) moves.push([box, layer, lines]);
        box.drawn = drawn;
      }
      for (const [{ nodes, borderRadius, color }, layer, lines] of moves) {
        for (let line = 0; line < Math.max(lines.length, nodes.length); line++) {
          const node = (nodes[line] ??= make(layer, "div"));
          const [className = "gone", margin = "", width = "", height = ""] = lines[line] ?? [];
          if (node.parentNode !== layer) layer.append(node);
          node.className = className;
          Object.assign(node.style, { margin, width, height, borderRadius, color });
        }
      }
      return moves.length > 0;
    },
  };
  return overlay;
}

/** Rounded, so that tiny differences move no box. */
function px(pixels: number): string {
  return `${pixels.toFixed(1)}px`;
}
