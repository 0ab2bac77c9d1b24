import { afterEach, describe, expect, test } from "vitest";
import { addToQueue, takeQueue } from "./queue.ts";

afterEach(() => void takeQueue());

describe("addToQueue", () => {
  test("merges equal pings into one with a count", () => {
    addToQueue("a\n\n", 1);
    addToQueue("b\nc\nd", 2);
    addToQueue("a\n\n", 3);
    expect(takeQueue()).toEqual([
      ["a\n\n", 4],
      ["b\nc\nd", 2],
    ]);
  });

  test("has no room for more of a ping than one may count", () => {
    expect(addToQueue("a\n\n", 10_000)).toBe(true);
    expect(addToQueue("a\n\n", 1)).toBe(false);
    takeQueue();
    expect(addToQueue("a\n\n", 1)).toBe(true);
  });

  test("takes nine thousand equal pings as one", () => {
    for (let index = 0; index < 9_000; index++) expect(addToQueue("label\ncategory\ndomId", 1)).toBe(true);
    expect(takeQueue()).toEqual([["label\ncategory\ndomId", 9_000]]);
  });

  test("stays within what one request may hold, however long the pings are", () => {
    const long = (index: number) => `${String(index).padStart(250, "語")}\n${"類".repeat(100)}\n${'"'.repeat(250)}`;
    let added = 0;
    while (addToQueue(long(added), 1)) added++;
    const body = JSON.stringify(takeQueue().map(([lines, count]) => [...lines.split("\n"), count]));
    expect(new TextEncoder().encode(body).length).toBeLessThan(65_000);
    added = 0;
    while (addToQueue(`${added}\n\n`, 1)) added++;
    expect(added).toBeGreaterThan(400);
    expect(added).toBeLessThan(1_000);
  });
});
