import { describe, expect, test, vi } from "vitest";
import {
  answers,
  openPage,
  requests,
  SERVER,
  sent,
  storage,
  stored,
  unreachable,
  warnings,
} from "../../test/fake-page.ts";

/** A page whose second file is loaded as it is told. */
async function openUnlucky(load: () => Promise<unknown>) {
  const page = await openPage();
  const { start } = await import("./tracker.ts");
  start({ endpoint: SERVER }, load as never);
  return page;
}

const loadNow = () => import("../recovery/recovery.ts");
const blocked = () => Promise.reject(new TypeError("Failed to fetch dynamically imported module"));

describe("the second file", () => {
  test("is not loaded while each batch is simply accepted", async () => {
    const load = vi.fn<() => Promise<unknown>>(loadNow);
    const { dispatch, track } = await openUnlucky(load);
    for (let minute = 0; minute < 5; minute++) {
      track("a");
      await vi.advanceTimersByTimeAsync(60_000);
    }
    dispatch("pagehide");
    expect(load).not.toHaveBeenCalled();
    expect(stored).toEqual({});
  });

  test("is asked for again where it could not be loaded: then this page sends what had failed", async () => {
    storage.isForbidden = true;
    const load = vi.fn<() => Promise<unknown>>(blocked);
    const { flush, track } = await openUnlucky(load);
    answers.push(unreachable);
    track("failed");
    await flush();
    track("goes on");
    await flush();
    expect(sent()).toEqual([["failed:::1"], ["goes on:::1"]]);
    expect(warnings).toEqual([expect.stringMatching("^tracker: not loaded")]);
    load.mockImplementation(loadNow);
    await vi.advanceTimersByTimeAsync(120_000);
    expect(sent().slice(2)).toEqual([["failed:::1"]]);
    expect(requests[2]!.id).toBe(requests[0]!.id);
  });

  test("may be long in coming: nothing waits for it longer than for an answer", async () => {
    const load = vi.fn<() => Promise<unknown>>(() => new Promise(() => {}));
    const { flush, track } = await openUnlucky(load);
    answers.push(unreachable);
    track("failed");
    const flushed = flush();
    await vi.advanceTimersByTimeAsync(30_000);
    await flushed;
    track("goes on");
    await flush();
    expect(sent()).toEqual([["failed:::1"], ["goes on:::1"]]);
    expect(Object.keys(stored)).toHaveLength(1);
  });

  test("is not needed to leave a page", async () => {
    const { dispatch, track } = await openUnlucky(blocked);
    track("last words");
    dispatch("pagehide");
    expect(sent()).toEqual([["last words:::1"]]);
  });
});
