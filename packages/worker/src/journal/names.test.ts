import { describe, expect, it } from "vitest";
import { keyOf } from "../model/key.ts";
import type { Journal, Name } from "./journal.ts";
import { SITE_NAMES_MAX_BYTES } from "./limits.ts";
import { Names } from "./names.ts";

/** Names of a journal that has these already. */
function namesOf(known: readonly Name[] = []): Names {
  const journal = { names: () => known.values() } as unknown as Journal;
  return new Names(journal, { maxLabelsPerDay: 100_000, labels: undefined });
}

/** A key of 750 bytes: 250 characters of three. */
function longKey(site: string, index: number): string {
  return keyOf(site, { label: String(index).padStart(250, "註"), category: "", domId: "" });
}

describe("Names", () => {
  it("counts under (other) what is beyond a site's bytes, and leaves other sites their own", () => {
    const names = namesOf();
    const fresh: Name[] = [];
    const ids = new Set(Array.from({ length: 4_000 }, (_, index) => names.resolve(longKey("a", index), fresh)));
    const bytes = fresh.reduce((sum, { label }) => sum + new TextEncoder().encode(label).length, 0);
    expect(bytes).toBeGreaterThan(SITE_NAMES_MAX_BYTES * 0.95);
    expect(bytes).toBeLessThanOrEqual(SITE_NAMES_MAX_BYTES);
    expect(fresh.at(-1)).toMatchObject({ site: "a", label: "(other)" });
    expect(ids.size).toBe(fresh.length);
    expect(names.get(names.resolve(longKey("b", 1), fresh))).toBe(longKey("b", 1));
    // After a restart as before it.
    const again = namesOf(fresh);
    expect(again.get(again.resolve(longKey("a", 0), []))).toBe(longKey("a", 0));
    expect(again.get(again.resolve(longKey("a", 9_999), []))).toBe(
      keyOf("a", { label: "(other)", category: "", domId: "" }),
    );
  });
});
