import { describe, expect, it } from "vitest";
import { intersect, subtract, type Rect } from "./geometry.ts";

describe("intersect", () => {
  it("is what two rectangles share", () => {
    expect(intersect([0, 0, 10, 10], [5, -5, 20, 5])).toEqual([5, 0, 10, 5]);
  });
});

describe("subtract", () => {
  const rect: Rect = [10, 10, 30, 20];

  it.each<[string, Rect, Rect]>([
    ["a header over the top", [0, 0, 100, 14], [10, 14, 30, 20]],
    ["a bar over the bottom", [0, 18, 100, 40], [10, 10, 30, 18]],
    ["a menu over the left", [0, 0, 12, 100], [12, 10, 30, 20]],
    ["a panel over the right", [25, 0, 100, 100], [10, 10, 25, 20]],
  ])("cuts off what %s covers", (_, cover, rest) => {
    expect(subtract(rect, cover)).toEqual(rest);
  });

  it("leaves nothing under a cover of the whole", () => {
    const [left, top, right, bottom] = subtract(rect, [0, 0, 100, 100]);
    expect(left < right && top < bottom).toBe(false);
  });

  it.each<[string, Rect]>([
    ["in the middle", [15, 12, 20, 15]],
    ["over a corner", [0, 0, 15, 15]],
    ["across the middle", [0, 13, 100, 15]],
    ["elsewhere", [50, 50, 60, 60]],
  ])("leaves all of it under a cover %s", (_, cover) => {
    expect(subtract(rect, cover)).toEqual(rect);
  });
});
