/** Left, top, right and bottom edge, in pixels from the window's upper left corner. */
export type Rect = [left: number, top: number, right: number, bottom: number];

export function readRect({ left, top, right, bottom }: DOMRectReadOnly): Rect {
  return [left, top, right, bottom];
}

export function intersect(a: Rect, b: readonly number[]): Rect {
  return a.map((edge, side) => (side < 2 ? Math.max : Math.min)(edge, b[side]!)) as Rect;
}

/** What is left of a rectangle when the cover spans it from edge to edge; otherwise all of it. */
export function subtract(rect: Rect, cover: Rect): Rect {
  const rest: Rect = [...rect];
  for (const [near, far, crossNear, crossFar] of [
    [0, 2, 1, 3],
    [1, 3, 0, 2],
  ] as const) {
    if (cover[crossNear] > rect[crossNear] || cover[crossFar] < rect[crossFar]) continue;
    if (cover[near] <= rect[near]) rest[near] = Math.max(rect[near], cover[far]);
    else if (cover[far] >= rect[far]) rest[far] = Math.min(rect[far], cover[near]);
  }
  return rest;
}
