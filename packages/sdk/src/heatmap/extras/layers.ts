import { parentOf } from "./cover.ts";

/** A layer of boxes, and where it is in the window. */
export interface Layer {
  node: HTMLElement;
  left: number;
  top: number;
}

/**
 * Makes a function that gives the layer of what scrolls in an element. While it scrolls that layer alone is moved, not each
 * of its boxes.
 *
 * @param root The layer of all else, which others are made like.
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
    // Written when all is read, which is done by then.
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
