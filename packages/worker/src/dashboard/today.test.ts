import { addDays } from "@tracker/sdk/protocol";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { readerRequest, request } from "../../test/batches.ts";
import { textOf } from "../../test/page-text.ts";
import { callObject } from "../counting/call-day-counter.ts";
import { flushAll } from "../counting/flush.ts";
import { readSlots } from "../statistics/read-slots.ts";
import { selectOpenObjects } from "../d1/objects.ts";
import type { OpenObject } from "../model/counts.ts";

const DAY = "2026-11-24";

beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"] }));
afterEach(() => void vi.useRealTimers());

/** Counts an action at a time of a day. */
async function countAt(time: string, labels: string, day = DAY): Promise<void> {
  vi.setSystemTime(`${day}T${time}Z`);
  expect((await request(`/track/?labels=${encodeURIComponent(labels)}`)).status).toBe(200);
}

async function open(): Promise<string> {
  return textOf(await (await readerRequest("/dashboard/today")).text());
}

describe("today by the hour", () => {
  it("stands beside yesterday up to the same quarter of an hour, flushed or not", async () => {
    const yesterday = addDays(DAY, -1);
    for (const time of ["00:05", "09:10", "10:20", "23:59"]) await countAt(time, "a|b", yesterday);
    await flushAll(env);
    for (const time of ["09:10", "09:50", "10:20"]) await countAt(time, "a");
    vi.setSystemTime(`${DAY}T10:31Z`);
    const text = await open();
    expect(text).toContain("Today so far 3");
    expect(text).toMatch(/Until 10:30 3 −50% from 6 yesterday until 10:30/);
    expect(text).toMatch(/10:00, not over yesterday: 2 1 09:00 yesterday: 2 2 08:00 yesterday: 0 0/);
    expect(text).toMatch(/11:00 yesterday: 0 10:00/);
    expect(text).toMatch(/Yesterday still counting 8/);
  });

  it("says where yesterday is not known", async () => {
    await countAt("09:10", "a");
    expect(await open()).toContain("Yesterday&#39;s hours are not known, so nothing is compared.");
  });
});

describe("readSlots", () => {
  it("leaves out what is no action, and reads each row once, however few at a time", async () => {
    for (const time of ["09:10", "09:20", "09:40"]) await countAt(time, "a|(seen)");
    const { results } = await selectOpenObjects(env.DB, { from: DAY, to: DAY }).all<OpenObject>();
    const [{ object, source }] = results as [OpenObject];
    const ask = () => callObject(env, object, (stub) => stub.readSlots({ source, maxRows: 2 }));
    expect(await ask()).toMatchObject({ more: true });
    const counts = [await ask(), await ask()].map(
      (answer) => !answer.gone && [answer.more, answer.slots.map(([, count]) => count)],
    );
    expect(counts).toEqual([
      [false, [1, 1, 1]],
      [false, [1, 1, 1]],
    ]);
    await countAt("09:45", "a");
    const slots = await readSlots(env, DAY, undefined);
    expect([...slots!.values()]).toEqual([1, 1, 1, 1]);
  });

  it("knows nothing of a day without a journal, and of another site's counts", async () => {
    await countAt("09:10", "a");
    expect(await readSlots(env, addDays(DAY, -1), undefined)).toBeUndefined();
    expect(await readSlots(env, DAY, "other.example")).toEqual(new Map());
  });
});
