/**
 * Whether somebody who looks at the page sees an element, at least half of which is within the window: its tab is shown, it is
 * not transparent, and nothing lies over its middle, such as a dialog or a banner.
 */
export function isInSight(element: Element): boolean {
  // A browser that cannot tell is not asked.
  const isShown = element.checkVisibility?.({ opacityProperty: true, visibilityProperty: true }) ?? true;
  if (!isShown || document.visibilityState != "visible") return false;
  const { host } = element.getRootNode() as Partial<ShadowRoot>;
  // Lines of text: between them something else may be. What half of an element is, has its middle.
  return [...element.getClientRects()].some(({ left, top, width, height }) => {
    if (width == 0 || height == 0) return false;
    const hit = findTop(left + width / 2, top + height / 2);
    // Text that the page puts into a slot is the host's.
    return isWithin(element, hit) || (hit !== null && hit === host);
  });
}

/** The topmost element at a point of the window, inside open shadow roots too. */
function findTop(x: number, y: number, tree: DocumentOrShadowRoot = document): Element | null {
  const top = tree.elementFromPoint(x, y);
  // A root gives its host where nothing of its own is there.
  return top?.shadowRoot && top.shadowRoot !== tree ? (findTop(x, y, top.shadowRoot) ?? top) : top;
}

/** Whether an element is around a node as the page shows them: shadow roots and slots included. */
function isWithin(element: Element, node: Node | null): boolean {
  if (!node || node === element) return node === element;
  return isWithin(element, (node as Element).assignedSlot ?? node.parentNode ?? (node as ShadowRoot).host ?? null);
}
