import { intersect, readRect, subtract, type Rect } from "./rect.ts";
import { HOST } from "./shadow.ts";

/** How many elements are asked in one frame what covers them: each costs some 100 µs, and the next frame comes soon. */
const ASKED_PER_FRAME = 30;

/**
 * Finds the rectangles that make up what is seen of an element: one for each line of a wrapped link, less what a sticky
 * header, a dialog or the like covers. `frame` is the same for all elements that are asked for together.
 */
export type FindParts = (element: Element, seen: Rect, frame: object) => Rect[];

/** Covers are remembered, so that they cut exactly in every frame though elements take turns in being asked for theirs. */
export function createFindParts(): FindParts {
  const covers = new WeakMap<Element, Element>();
  let lastFrame: object;
  let turn = 0;
  let elements = 0;

  return (element, seen, frame) => {
    if (frame !== lastFrame) {
      turn = turn + ASKED_PER_FRAME < elements ? turn + ASKED_PER_FRAME : 0;
      elements = 0;
      lastFrame = frame;
    }
    const index = elements++;
    if (index >= turn && index < turn + ASKED_PER_FRAME) {
      const found = findCover(element, seen);
      if (found) covers.set(element, found);
      else covers.delete(element);
    }
    const cover = covers.get(element);
    const rest = cover ? subtract(seen, readRect(cover.getBoundingClientRect())) : seen;
    const lines = element.getClientRects();
    return lines.length > 1 ? [...lines].map((line) => intersect(readRect(line), rest)) : [rest];
  };
}

/** What lies over the top, the middle or the bottom of what is seen of an element. */
function findCover(element: Element, [left, top, right, bottom]: Rect): Element | undefined {
  const x = (left + right) / 2;
  for (const y of [(top + bottom) / 2, top + 2, bottom - 2]) {
    const hit = hitAt(x, y);
    if (!hit || isInside(element, hit) || isInside(hit, element)) continue;
    // A word of the header was hit. The header itself is as far up as the point still lies within.
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
function hitAt(x: number, y: number): Element | null {
  let hit = document.elementFromPoint(x, y);
  if (hit?.localName === HOST) return null;
  for (;;) {
    const inner = hit?.shadowRoot?.elementFromPoint(x, y);
    if (!inner || inner === hit) return hit;
    hit = inner;
  }
}

function isInside(element: Element | null, outer: Element): boolean {
  for (; element; element = parentOf(element)) if (element === outer) return true;
  return false;
}

/** The parent as the page is drawn: through slots and out of shadow roots. */
function parentOf(element: Element): Element | null {
  return element.assignedSlot ?? element.parentElement ?? (element.getRootNode() as ShadowRoot).host ?? null;
}
