/** Left, top, right and bottom edge, in pixels from the window's upper left corner. */
export type Rect = [left: number, top: number, right: number, bottom: number];

export function readRect({ left, top, right, bottom }: DOMRectReadOnly): Rect {
  return [left, top, right, bottom];
}

export function intersect(a: Rect, b: readonly number[]): Rect {
  return a.map((edge, side) => (side < 2 ? Math.max : Math.min)(edge, b[side]!)) as Rect;
}
