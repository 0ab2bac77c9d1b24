import { parentOf } from "./is-visible.ts";

/** A layer of boxes, and where it is in the window. */
export interface Layer {
  node: HTMLElement;
  left: number;
  top: number;
}

/**
 * Makes a function that returns the layer for everything inside a scrolling element. While it scrolls, only the layer is
 * moved, not each of its boxes.
 *
 * @param root The layer of everything else. The others are copies of it.
 */
export function createLayers(root: HTMLElement): (scroller: Element, origin: DOMRect) => Layer {
  const layers = new WeakMap<Element, Layer & { frame?: DOMRect }>();
  return (scroller, origin) => {
    const layer = layers.get(scroller) ?? { node: root.cloneNode() as HTMLElement, left: 0, top: 0 };
    if (layer.frame === origin) return layer;
    const { left, top } = scroller.getBoundingClientRect();
    Object.assign(layer, { frame: origin, left: left - scroller.scrollLeft, top: top - scroller.scrollTop });
    layers.set(scroller, layer);
    const translate = `${layer.left - origin.left}px ${layer.top - origin.top}px`;
    // A microtask runs after this frame has read all positions, so this write costs no extra layout.
    queueMicrotask(() => {
      if (!layer.node.isConnected) root.after(layer.node);
      Object.assign(layer.node.style, { translate, willChange: "translate" });
    });
    return layer;
  };
}

/** The nearest ancestor that an element scrolls in, if it is not the document. */
export function findScroller(element: Element): Element | undefined {
  for (let above = parentOf(element); above && above !== document.documentElement; above = parentOf(above)) {
    const isLarger = above.scrollHeight > above.clientHeight || above.scrollWidth > above.clientWidth;
    if (isLarger && /auto|scroll/.test(getComputedStyle(above).overflow)) return above;
  }
  return undefined;
}
