import { readRect, type Rect } from "./geometry.ts";
import { parentOf } from "./is-visible.ts";
import { HOST } from "../shadow.ts";

/** The element that covers another one at its top, middle or bottom; undefined where nothing does. */
export function findCover(element: Element, [left, top, right, bottom]: Rect): Element | undefined {
  const x = (left + right) / 2;
  // What lies over the picture in a link is a part of the link.
  const thing = element.closest("a") ?? element;
  for (const y of [(top + bottom) / 2, top + 2, bottom - 2]) {
    const hit = hitAt(x, y);
    if (!hit || isInside(element, hit) || isInside(hit, thing)) continue;
    // The hit may be a word in a sticky header. Climb to the outermost element that still contains the point: the header.
    let cover = hit;
    for (let above = parentOf(hit); above && !isInside(element, above); above = parentOf(above)) {
      const [nearX, nearY, farX, farY] = readRect(above.getBoundingClientRect());
      if (nearX <= x && nearY <= y && farX >= x && farY >= y) cover = above;
    }
    return cover;
  }
  return undefined;
}

/** The topmost element of the page at a point, also inside open shadow roots. */
export function hitAt(x: number, y: number): Element | null {
  let hit = document.elementFromPoint(x, y);
  if (hit?.localName === HOST) return null;
  for (;;) {
    const inner = hit?.shadowRoot?.elementFromPoint(x, y);
    if (!inner || inner === hit) return hit;
    hit = inner;
  }
}

/** Whether an element is another one, or within it as the page is drawn. */
export function isInside(element: Element | null, outer: Element): boolean {
  for (; element; element = parentOf(element)) if (element === outer) return true;
  return false;
}
