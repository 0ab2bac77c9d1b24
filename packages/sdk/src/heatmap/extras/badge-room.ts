import { USABLE } from "../../auto/usable.ts";
import type { Part } from "../sight.ts";
import { hitAt, isInside } from "./cover.ts";
import { ABOVE, badgeAt, BESIDE, TALL_PX, widthOf } from "./fit-badge.ts";

/** How far an outline reaches out of its element. */
const OUTLINE_PX = 4;
/** Of the height of a line of text, its letters leave this much free above and below. */
const FREE_PART = 0.2;

/**
 * The places where a badge would cover text that is not the element's own, as bits.
 *
 * @param line The element, or its first line, in the window.
 */
export function findBlocked(element: Element, line: Part, badge: string): number {
  let blocked = line[3] > TALL_PX ? BESIDE : 0;
  for (const place of [BESIDE, ABOVE]) {
    if (!(blocked & place) && coversText(element, place, line, widthOf(badge))) blocked |= place;
  }
  return blocked;
}

function coversText(element: Element, place: number, line: Part, badge: number): boolean {
  const [left, top, right, bottom] = badgeAt(place, line, badge)!;
  const y = place === BESIDE ? (top + bottom) / 2 : top + 3;
  for (const x of [left + 1, (left + right) / 2, right + OUTLINE_PX]) {
    const hit = hitAt(x, y);
    if (!hit || isInside(hit, element)) continue;
    const other = hit.closest(USABLE);
    // Nor does it lie on the outline of a neighbour.
    if (other && !isInside(element, other) && (place === BESIDE || other.matches("input,select,textarea"))) return true;
    for (const child of hit.childNodes) {
      if (child.nodeType !== Node.TEXT_NODE || !child.nodeValue!.trim()) continue;
      const range = document.createRange();
      range.selectNode(child);
      for (const text of range.getClientRects()) {
        const free = text.height * FREE_PART;
        const isApart =
          text.right <= left + 1 || text.left >= right - 1 || text.bottom - free < top || text.top + free > bottom;
        if (!isApart) return true;
      }
    }
  }
  return false;
}
