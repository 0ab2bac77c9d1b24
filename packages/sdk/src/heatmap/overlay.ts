import { heatColors } from "./scale.ts";
import { make } from "./shadow.ts";
import type { Fit, Look, Sight } from "./sight.ts";
import { findTarget } from "./target.ts";

/** Elements that count as one, and what to draw at each. Compare, rates and filters are made elsewhere: see extras/measure.ts. */
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
  /** Moves the boxes to their elements; false when nothing had moved and all is known. */
  place(): boolean;
  /** Returns the whole element at first. The extras replace it by a function that knows what cuts off and covers it. */
  look: Look;
  /** Puts each badge at its box's corner at first. The extras replace it by a function that finds room. */
  fit: Fit;
  layer: HTMLElement;
}

interface Box {
  /** One for each line of the element, the first with the badge. */
  nodes: HTMLElement[];
  badge: string;
  /** Its class: `cold` where it was never clicked. */
  name: string;
  /** How it looks, wherever it is. */
  css: string;
  /** What was last drawn. */
  drawn?: string;
}

/** The text of a badge is white on what is darker, else black. */
export const BADGE_TEXT_LIGHTNESS = 0.58;

// No box is positioned, transformed or contained by itself: each of those would be a layer of the browser's own, and with
// hundreds of them a hit test, as for each move of the mouse, takes milliseconds. All share one cell of a grid instead, in a
// single layer, and their margins place them. A halo in the other tone makes outlines visible on whatever they lie on.
export const OVERLAY_STYLE = `
data{position:absolute;z-index:2147483646;display:grid;grid-template:0/0;place-items:start;width:0;height:0;contain:size layout;
pointer-events:none;print-color-adjust:exact;color-scheme:light}
div{--halo:light-dark(#fffd,#000c);grid-area:1/1;display:flex;flex-direction:column;justify-content:space-between;
align-items:end;box-shadow:0 0 0 2px,0 0 0 3.5px var(--halo),inset 0 0 0 1px var(--halo)}
div::after{content:"";align-self:start;width:calc(100%*var(--bar));height:3px;margin-bottom:-5px;background:currentcolor}
b{flex:none;height:16px;margin:-9px 0 -7px;padding:0 5px;border-radius:8px;background:currentcolor;
box-shadow:0 0 0 1px var(--halo);font:600 11px/16px system-ui;white-space:nowrap;
-webkit-text-fill-color:oklch(from currentcolor calc((${BADGE_TEXT_LIGHTNESS} - l)*999) 0 0)}
.gone,b:empty,.cut::after{display:none}`;

/**
 * Makes an empty overlay. Boxes are placed relative to the document, not to the window: while the page scrolls the browser
 * moves them with it, and little is written.
 */
export function createOverlay(shadow: ShadowRoot): Overlay {
  let boxes = new Map<Element, Box>();
  const layer = make(shadow, "data");
  // Assistive technology reads the panel, which names what it counts.
  layer.ariaHidden = "true";

  const overlay: Overlay = {
    layer,

    look(element, origin) {
      const { left, top } = origin;
      const rect = element.getBoundingClientRect();
      const part = [rect.left - left, rect.top - top, rect.width, rect.height] as const;
      return { layer, left, top, parts: [part] };
    },

    fit: () => "",

    show(spots) {
      const before = boxes;
      boxes = new Map();
      // The hottest first: where not all badges fit, theirs do.
      for (const spot of spots.toSorted((one, other) => (other.heat ?? -1) - (one.heat ?? -1))) {
        const { elements, heat, badge, bar } = spot;
        const name = heat === undefined ? "cold" : "";
        for (const element of elements.map(findTarget)) {
          if (boxes.has(element)) continue;
          const css = `color:${heatColors(heat ?? 0)};--bar:${bar};border-radius:${getComputedStyle(element).borderRadius.replace(/^0px$/, "4px")}`;
          boxes.set(element, Object.assign(before.get(element) ?? { nodes: [] }, { badge, name, css }));
          before.delete(element);
        }
      }
      for (const { nodes } of before.values()) for (const node of nodes) node.remove();
      overlay.place();
    },

    place() {
      // Read everything first, then write everything: at most one layout.
      const origin = layer.getBoundingClientRect();
      const moves: (() => void)[] = [];
      let isUnsure = false;
      for (const [element, box] of boxes) {
        const sight = overlay.look(element, origin, box.badge);
        const fitted = overlay.fit(sight, box.badge, origin);
        const lines = sight.parts.map(
          ([left, top, width, height]) =>
            `${box.css};margin:${px(top)} 0 0 ${px(left)};width:${px(width)};height:${px(height)}`,
        );
        const drawn = [lines, fitted, sight.name, box.badge].join();
        isUnsure ||= !!sight.isUnsure;
        if (drawn !== box.drawn) moves.push(() => draw(box, sight, lines, fitted));
        box.drawn = drawn;
      }
      for (const move of moves) move();
      return isUnsure || moves.length > 0;
    },
  };
  return overlay;
}

function draw({ nodes, badge, name }: Box, sight: Sight, lines: readonly string[], fitted: string): void {
  for (let line = 0; line < Math.max(lines.length, nodes.length, 1); line++) {
    const node = (nodes[line] ??= make(sight.layer, "div"));
    if (node.parentNode !== sight.layer) sight.layer.append(node);
    const isDone = line < lines.length - 1;
    node.className = line < lines.length ? `${name} ${sight.name ?? ""} ${isDone ? "cut" : ""}` : "gone";
    node.style.cssText = lines[line] ?? "";
  }
  const text = (nodes[0]?.firstElementChild ?? make(nodes[0]!, "b")) as HTMLElement;
  if (text.textContent !== badge) text.textContent = badge;
  text.style.cssText = fitted;
}

/** Rounded, so that tiny differences move no box. */
function px(pixels: number): string {
  return `${pixels.toFixed(1)}px`;
}
