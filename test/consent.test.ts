import { describe, expect } from "vitest";
import { it, type Tagged } from "./support/script-tag.ts";

describe("consent", () => {
  it("waits for consent, keeping or dropping what comes before", async ({ proxy, context, page, open, readSent }) => {
    for (const [enabled, kept] of [
      ["false", {}],
      ["null", { "before::": 1 }],
    ] as const) {
      proxy.batches.length = 0;
      await open(`<script>track("before")</script>`, { tag: `data-enabled="${enabled}"` });
      expect(await readSent()).toEqual({});
      expect(await page.evaluate(() => localStorage.length)).toBe(0);
      await page.evaluate(() => (window as unknown as Tagged).tracker.optIn());
      await page.evaluate(() => (window as unknown as Tagged).track("after"));
      expect(await readSent()).toEqual({ ...kept, "after::": 1 });
      await page.evaluate(() => (window as unknown as Tagged).tracker.optOut());
      await page.reload();
      await page.evaluate(() => (window as unknown as Tagged).track("never"));
      expect(await readSent()).toEqual({ ...kept, "after::": 1 });
    }
    expect(await context.cookies()).toEqual([]);
  });

  it.for([`data-enabled="yes"`, `data-enabled`])(
    "warns once of %s, sends nothing before the visitor's yes, and then all",
    async (tag, { complaints, page, open, readSent }) => {
      await open(`<script>track("before")</script>`, { tag });
      expect(await readSent()).toEqual({});
      expect(complaints).toEqual([expect.stringMatching("tracker: waits for optIn()")]);
      await page.evaluate(() => (window as unknown as Tagged).tracker.optIn());
      expect(await readSent()).toEqual({ "before::": 1 });
      expect(complaints).toHaveLength(1);
    },
  );

  it.for(["globalPrivacyControl", "doNotTrack"])(
    "honours %s, unless it is switched off",
    async (signal, { page, open, readSent }) => {
      // Chromium sends the first only by an extension.
      await page.addInitScript(`Object.defineProperty(navigator, "${signal}", { value: "1" })`);
      await open(`<button data-track="signal">signal</button>`);
      await page.click("button");
      expect(await readSent()).toEqual({});
      expect(await page.evaluate(() => localStorage.length)).toBe(0);
      await open(`<button data-track="signal">signal</button>`, { tag: `data-ignore-signals="true"` });
      await page.click("button");
      expect(await readSent()).toEqual({ "signal::": 1 });
    },
  );

  it("holds an optOut() as long as the page where the storage is full", async ({ page, open, readSent }) => {
    await open("");
    await page.evaluate(async () => {
      for (let size = 2 ** 22; size >= 1; size /= 2) {
        try {
          for (let index = 0; index < 9; index++) localStorage[`${size} ${index}`] = "x".repeat(size);
        } catch {
          // Full, but for less than that.
        }
      }
      const { optOut } = (window as unknown as Tagged).tracker;
      await optOut();
      (window as unknown as Tagged).track("never");
    });
    expect(await page.evaluate(() => "@tracker/sdk choice" in localStorage)).toBe(false);
    expect(await readSent()).toEqual({});
  });
});
