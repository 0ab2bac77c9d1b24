/** A rectangle, in pixels from the window's upper left corner. */
export interface Rect {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** What cuts an element off where it is not seen. */
export interface Clips {
  /** Its scrolling and clipping ancestors. */
  ancestors: Element[];
  /** Whether it keeps its place in the window while the document scrolls. */
  fixed: boolean;
}

/** Finds what cuts an element off: by what contains it for layout, which for a positioned element is not its parent. */
export function findClips(element: Element): Clips {
  const ancestors: Element[] = [];
  let { position } = getComputedStyle(element);
  for (let above = parentOf(element); above && above !== document.documentElement; above = parentOf(above)) {
    const style = getComputedStyle(above);
    const transformed = style.transform !== "none";
    if (!transformed && (position === "fixed" || (position === "absolute" && style.position === "static"))) continue;
    // The body's overflow is the window's, unless <html> has its own.
    const ofWindow = above === document.body && getComputedStyle(document.documentElement).overflow === "visible";
    if (style.overflow !== "visible" && !ofWindow) ancestors.push(above);
    position = style.position;
  }
  return { ancestors, fixed: position === "fixed" };
}

function parentOf(element: Element): Element | null {
  const above = element.assignedSlot ?? element.parentNode;
  return above instanceof ShadowRoot ? above.host : (above as Element | null);
}

/** What is seen of an element, or undefined when nothing is. */
export function visiblePart(element: Element, clips: Clips, view: View): Rect | undefined {
  if (!(element.checkVisibility?.({ opacityProperty: true, visibilityProperty: true }) ?? true)) return undefined;
  let part = intersect(view.rectOf(element), clips.fixed ? view.window : view.document);
  for (const ancestor of clips.ancestors) part = intersect(part, view.rectOf(ancestor));
  return part.right - part.left >= 1 && part.bottom - part.top >= 1 ? part : undefined;
}

/** What one frame has read of the page: every rectangle once. */
export class View {
  readonly window: Rect = { left: 0, top: 0, right: innerWidth, bottom: innerHeight };
  readonly document: Rect;
  readonly #rects = new Map<Element, Rect>();

  constructor() {
    const { scrollWidth, scrollHeight } = document.documentElement;
    this.document = { left: -scrollX, top: -scrollY, right: scrollWidth - scrollX, bottom: scrollHeight - scrollY };
  }

  rectOf(element: Element): Rect {
    let rect = this.#rects.get(element);
    if (!rect) this.#rects.set(element, (rect = element.getBoundingClientRect()));
    return rect;
  }
}

function intersect(a: Rect, b: Rect): Rect {
  return {
    left: Math.max(a.left, b.left),
    top: Math.max(a.top, b.top),
    right: Math.min(a.right, b.right),
    bottom: Math.min(a.bottom, b.bottom),
  };
}
