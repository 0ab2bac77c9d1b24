import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { findCircles, findWrongArrows, readImports } from "../scripts/walls.ts";

const ROOMS = { "src/model": [], "src/d1": ["src/model"] };

describe("findWrongArrows", () => {
  test("takes an arrow that the room allows, and one within a room", () => {
    const imports = new Map([["src/d1/rows.ts", ["src/model/key.ts", "src/d1/days.ts", "hono"]]]);
    expect(findWrongArrows(imports, ROOMS)).toEqual([]);
  });

  test("tells of an arrow the other way, and of a file without a room", () => {
    const imports = new Map([
      ["src/model/key.ts", ["src/d1/rows.ts"]],
      ["src/lost.ts", []],
    ]);
    expect(findWrongArrows(imports, ROOMS)).toEqual([
      "src/model/key.ts imports src/d1/rows.ts; src/model may import nothing",
      expect.stringContaining("src/lost.ts is in no room"),
    ]);
  });
});

describe("readImports", () => {
  test("sees what is imported later", () => {
    const imports = readImports(join(import.meta.dirname, ".."));
    const folder = "packages/sdk/src/heatmap";
    expect(imports.get(`${folder}/load-extras.ts`)).toContain(`${folder}/extras/add-extras.ts`);
  });
});

describe("findCircles", () => {
  test("finds a circle of three, once", () => {
    const imports = new Map([
      ["a", ["b"]],
      ["b", ["c", "d"]],
      ["c", ["a"]],
      ["d", []],
    ]);
    expect(findCircles(imports)).toEqual([["a", "b", "c", "a"]]);
  });

  test("finds none where two paths meet", () => {
    const imports = new Map([
      ["a", ["b", "c"]],
      ["b", ["d"]],
      ["c", ["d"]],
      ["d", []],
    ]);
    expect(findCircles(imports)).toEqual([]);
  });
});
