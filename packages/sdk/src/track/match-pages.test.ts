import { expect, test } from "vitest";
import { matchPages } from "./match-pages.ts";

test.each([
  ["/", "/", "/"],
  ["/pricing", "/pricing", "/pricing"],
  ["/pricing/", "/pricing", undefined],
  ["/product/*", "/product/7", "/product/*"],
  ["/product/*", "/product", undefined],
  ["/c.rt", "/cart", undefined],
  ["/a(b)+[c]", "/a(b)+[c]", "/a(b)+[c]"],
  ["/product/new /product/*", "/product/new", "/product/new"],
  ["*", "/anything", "*"],
])("matchPages(%j) names %j %j", (patterns, path, page) => {
  expect(matchPages(patterns)(path)).toBe(page);
});
