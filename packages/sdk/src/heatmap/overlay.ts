import { findClips, View, visiblePart, type Clips } from "./geometry.ts";
import { createHost, make } from "./host.ts";
import { colorOf } from "./scale.ts";

/** An element, and what to say of it. */
export interface Spot {
  element: Element;
  count: number;
  /** From 0 (cold) to 1 (hot). */
  heat: number;
  /** Part of everything counted on this page, from 0 to 1. */
  share: number;
}

/** Boxes over the page, each kept where its element is seen. */
export interface Overlay {
  /** Draws a box for each spot, and takes away those of other elements. */
  show(spots: readonly Spot[]): void;
  /** Moves the boxes to their elements; false when nothing had moved. */
  place(): boolean;
  remove(): void;
}

interface Box {
  node: HTMLElement;
  number: HTMLElement;
  share: HTMLElement;
  clips: Clips;
  /** Where it was last drawn: left, top, width and height, or nothing while it is hidden. */
  drawn: string;
}

const STYLE = `
:host { position: absolute !important; top: 0 !important; left: 0 !important; pointer-events: none !important }
div {
  position: absolute; top: 0; left: 0; box-sizing: border-box; container-type: size; border-radius: 5px;
  border: 1.5px solid var(--color); background: color-mix(in oklab, var(--color) 25%, transparent);
  transition: background-color .3s, border-color .3s;
}
div[hidden] { display: none }
b {
  position: absolute; top: -9px; right: -1.5px; padding: 0 5px; border-radius: 8px; white-space: nowrap;
  font: 600 11px/16px system-ui, sans-serif; font-variant-numeric: tabular-nums;
  color: #fff; background: var(--color); transition: background-color .3s;
}
i { padding-left: 4px; font-style: normal; font-weight: 400 }
@container (width < 80px) { i { display: none } }
@media (prefers-reduced-motion: reduce) { div, b { transition: none } }
@media print { :host { display: none !important } }
`;

/**
 * Puts an empty overlay above the page. Boxes are placed relative to the document, not to the window: while the page
 * scrolls the browser moves them with it, and nothing is written. A box that moves is only transformed.
 */
export function createOverlay(): Overlay {
  const shadow = createHost(STYLE);
  const boxes = new Map<Element, Box>();

  function show(spots: readonly Spot[]): void {
    const gone = new Map(boxes);
    for (const { element, count, heat, share } of spots) {
      gone.delete(element);
      let box = boxes.get(element);
      if (!box) boxes.set(element, (box = makeBox()));
      box.clips = findClips(element);
      box.node.style.setProperty("--color", colorOf(heat));
      box.number.textContent = count.toLocaleString();
      box.share.textContent = share.toLocaleString(undefined, { style: "percent" });
    }
    for (const [element, { node }] of gone) {
      node.remove();
      boxes.delete(element);
    }
  }

  function makeBox(): Omit<Box, "clips"> & { clips: Clips } {
    const node = make(shadow, "div");
    node.hidden = true;
    const label = make(node, "b");
    return {
      node,
      number: make(label, "span"),
      share: make(label, "i"),
      clips: { ancestors: [], fixed: false },
      drawn: "",
    };
  }

  function place(): boolean {
    // First everything is read, then everything written: the page is laid out once at most.
    const view = new View();
    const origin = shadow.host.getBoundingClientRect();
    const moves: [Box, number[]][] = [];
    for (const [element, box] of boxes) {
      const part = visiblePart(element, box.clips, view);
      const drawing = part
        ? [part.left - origin.left, part.top - origin.top, part.right - part.left, part.bottom - part.top].map(round)
        : [];
      if (drawing.join() !== box.drawn) moves.push([box, drawing]);
    }
    for (const [box, drawing] of moves) draw(box, drawing);
    return moves.length > 0;
  }

  return { show, place, remove: () => shadow.host.remove() };
}

function draw(box: Box, drawing: number[]): void {
  const { node } = box;
  const [left, top, width, height] = drawing;
  box.drawn = drawing.join();
  node.hidden = !drawing.length;
  node.style.transform = `translate(${left}px, ${top}px)`;
  node.style.width = `${width}px`;
  node.style.height = `${height}px`;
}

const round = (pixels: number) => Math.round(pixels * 10) / 10;
