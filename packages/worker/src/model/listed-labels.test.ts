import { describe, expect, it } from "vitest";
import { ListedLabels } from "./listed-labels.ts";

describe("ListedLabels", () => {
  it.each([
    ["visit", "visit", true],
    ["visit", "visits", false],
    ["visit", "Visit", false],
    ["cta-*", "cta-", true],
    ["cta-*", "cta-1", true],
    ["cta-*", "cta", false],
    ["*-end", "the-end", true],
    ["*-end", "the-ending", false],
    ["a*c", "abc", true],
    ["a*c", "ac", true],
    ["a*a", "a", false],
    ["a*b*c", "a-b-c", true],
    ["a*b*c", "a-c-b", false],
    ["ab*ba", "aba", false],
    ["*", "anything", true],
    ["a.c", "abc", false],
  ])("%s has %s: %s", (entry, label, has) => {
    expect(new ListedLabels([entry]).has(label)).toBe(has);
  });

  it("is quick with patterns that make regular expressions slow", () => {
    const labels = new ListedLabels([`${"*a".repeat(100)}*b`]);
    const start = performance.now();
    expect(labels.has("a".repeat(250))).toBe(false);
    expect(performance.now() - start).toBeLessThan(50);
  });

  it("tells names from patterns", () => {
    const labels = new ListedLabels(["visit", "cta-*"]);
    expect([labels.hasName("visit"), labels.hasName("cta-1")]).toEqual([true, false]);
  });
});
