import type { Fit, Part, Sight } from "../sight.ts";

/** Left, top, right and bottom edge in the window. */
type Edges = readonly [left: number, top: number, right: number, bottom: number];

/** Places of a badge, the best first; each is a bit of what is blocked. */
export const BESIDE = 1;
export const ABOVE = 2;
const INSIDE = 4;
const PLACES = [BESIDE, ABOVE, INSIDE];

const HEIGHT_PX = 16;
const DOT_PX = 8;
const DOT = `;height:${DOT_PX}px;font-size:0`;
/** How far a badge stands above its box. */
const ABOVE_PX = 9;
/** Boxes higher than this have their badge in a corner, not in the middle. */
export const TALL_PX = 44;
/** A badge inside may cover this part of its element's own text. */
const COVERED_MAX = 0.4;
/** What is kept free at the right edge of the window. */
const MARGIN_PX = 3;
/** Badges are found by the rows of the window that they are in. */
const ROW_PX = 24;

/** How wide a badge is: made so wide, whatever the font, so that nothing needs to be measured. */
export function widthOf(badge: string): number {
  return Math.max(HEIGHT_PX, 7.5 * badge.length + 8);
}

/** Where a badge would be at a place, relative to what the part is relative to; undefined where there is no room. */
export function badgeAt(place: number, [left, top, width, height]: Part, badge: number): Edges | undefined {
  const right = left + width;
  const middle = height > TALL_PX ? top + 4 : top + (height - HEIGHT_PX) / 2;
  if (place == BESIDE) return edges(right + 5, middle, badge);
  if (place == ABOVE) return edges(left + Math.max(width - badge, width / 2), top - ABOVE_PX, badge);
  return badge < width * COVERED_MAX && height >= HEIGHT_PX ? edges(right - badge - 3, middle, badge) : undefined;
}

/**
 * Makes a function that finds a place for each badge where it covers no other one. Where there is none it becomes a dot, and nothing
 * where even that would lie on another.
 */
export function createFit(): Fit {
  let frame: object;
  let taken = new Map<number, Edges[]>();
  return (sight, badge, origin) => {
    if (frame !== origin) taken = new Map();
    frame = origin;
    return badge && sight.parts[0] ? fitBadge(sight, sight.parts[0], widthOf(badge), taken) : "";
  };
}

function fitBadge({ left, top, blocked = 0 }: Sight, part: Part, width: number, taken: Map<number, Edges[]>): string {
  const right = part[0] + part[2];
  const places = PLACES.filter((place) => !(blocked & place)).map((place) => badgeAt(place, part, width));
  for (const place of [...places, edges(right - DOT_PX / 2, part[1] - DOT_PX / 2, DOT_PX, DOT_PX)]) {
    if (!place || !claim([place[0] + left, place[1] + top, place[2] + left, place[3] + top], taken)) continue;
    const down = place[1] - part[1];
    const height = place[3] - place[1];
    // It takes no room of its own in the box.
    const margin = `margin:${down.toFixed(1)}px ${(right - place[2]).toFixed(1)}px ${(-height - down).toFixed(1)}px 0`;
    return `padding:0;text-align:center;width:${place[2] - place[0]}px;${margin}${height < HEIGHT_PX ? DOT : ""}`;
  }
  return "display:none";
}

function edges(left: number, top: number, width: number, height = HEIGHT_PX): Edges {
  return [left, top, left + width, top + height];
}

/** Takes a badge's room; false where another has some of it, or where it would leave the window. */
function claim(badge: Edges, taken: Map<number, Edges[]>): boolean {
  const [left, top, right, bottom] = badge;
  if (left < 0 || top < 0 || right + MARGIN_PX > innerWidth) return false;
  const rows = [Math.floor(top / ROW_PX), Math.floor(bottom / ROW_PX)].map((row) => {
    const others = taken.get(row) ?? [];
    taken.set(row, others);
    return others;
  });
  for (const row of rows) {
    for (const other of row) {
      if (left < other[2] && right > other[0] && top < other[3] && bottom > other[1]) return false;
    }
  }
  for (const row of new Set(rows)) row.push(badge);
  return true;
}
