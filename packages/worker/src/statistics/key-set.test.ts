import { describe, expect, it } from "vitest";
import { KeySet } from "./key-set.ts";

describe("KeySet", () => {
  it("knows what was added, and nothing else", () => {
    const keys = new KeySet();
    for (let index = 0; index < 50_000; index++) expect(keys.add(`key ${index}`)).toBe(true);
    for (let index = 0; index < 50_000; index += 7) expect(keys.add(`key ${index}`)).toBe(false);
    for (let index = 0; index < 50_000; index++) expect(keys.has(`key ${index}`)).toBe(true);
    for (let index = 50_000; index < 60_000; index++) expect(keys.has(`key ${index}`)).toBe(false);
  });
});
