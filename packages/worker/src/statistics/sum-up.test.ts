import { addDays } from "@tracker/sdk/protocol";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { insertStatistics } from "../../test/statistics.ts";
import { listUnsummedDays, sumUpDay } from "../d1/day-sum.ts";
import { announce } from "../d1/objects.ts";
import { REFUSED } from "../model/key.ts";
import { deleteStatistics } from "./delete.ts";
import { queryExactly } from "./read.ts";
import { selectSums } from "../d1/sums.ts";
import { sumUpDays } from "./sum-up.ts";

const DAY = "2020-01-01";
const NOW = Date.parse("2027-01-10T12:00:00Z");

/** What a list of days shows: their sums where they were made, else their rows. */
async function readDays(): Promise<unknown> {
  const { results } = await queryExactly(env, { from: DAY, to: addDays(DAY, 9) }, (known) => [
    selectSums(env.DB, known, {}, ["day"], { order: ["day", "asc"], limit: 10 }),
  ]);
  return results[0];
}

async function readSums(): Promise<unknown> {
  return (await env.DB.prepare("SELECT kind, name, counter FROM day_sum ORDER BY kind, name").all()).results;
}

describe("sumUpDays", () => {
  it("sums up a day by label and category, without what was refused", async () => {
    await insertStatistics([
      ["", DAY, "a", "c", "", 2],
      ["", DAY, "a", "d", "", 3],
      ["", DAY, REFUSED, "bot", "", 500],
    ]);
    await sumUpDays(env, NOW);
    expect(await readSums()).toEqual([
      { kind: "category", name: "c", counter: 2 },
      { kind: "category", name: "d", counter: 3 },
      { kind: "day", name: "", counter: 5 },
      { kind: "label", name: "a", counter: 5 },
    ]);
  });

  it("is done with a day that has only refused pings", async () => {
    await insertStatistics([["", DAY, REFUSED, "bot", "", 500]]);
    await sumUpDays(env, NOW);
    expect(await listUnsummedDays(env.DB, DAY)).toEqual([]);
    expect(await readDays()).toEqual([]);
  });

  it("leaves a day alone that an object may still add to, whenever it was announced", async () => {
    await insertStatistics([["", DAY, "a", "", "", 1]]);
    const object = { source: "one", object: `${DAY}/0` };
    const [unsummed] = await listUnsummedDays(env.DB, DAY);
    await announce(env.DB, [object]);
    expect(await listUnsummedDays(env.DB, DAY)).toEqual([]);
    // Announced after the day was listed.
    await sumUpDay(env.DB, unsummed!);
    expect(await readSums()).toEqual([]);
  });

  it("leaves days alone that pings can still count for", async () => {
    const today = new Date(NOW).toISOString().slice(0, 10);
    const days = [0, -1, -2, -3, -4].map((days) => addDays(today, days));
    await insertStatistics(days.map((day) => ["", day, "a", "", "", 1]));
    await sumUpDays(env, NOW);
    const { results } = await env.DB.prepare("SELECT day FROM day_sum WHERE kind = 'day' ORDER BY day").all();
    expect(results).toEqual([{ day: addDays(today, -4) }, { day: addDays(today, -3) }]);
  });
});

describe("deleteStatistics", () => {
  it.each([["with"], ["without"]])(
    "of refused pings, %s sums made before, leaves the totals as they are",
    async (made) => {
      await insertStatistics([
        ["", DAY, "a", "bot", "", 500],
        ["", DAY, REFUSED, "bot", "", 300],
      ]);
      if (made === "with") await sumUpDays(env, NOW);
      expect(await deleteStatistics(env, { site: "", label: REFUSED, from: DAY, to: DAY })).toBe(1);
      expect(await readDays()).toEqual([{ day: DAY, counter: 500 }]);
      await sumUpDays(env, NOW);
      expect(await readDays()).toEqual([{ day: DAY, counter: 500 }]);
    },
  );

  it("deletes nothing of a day that an object may still add to", async () => {
    await insertStatistics([["", DAY, "a", "", "", 1]]);
    await sumUpDays(env, NOW);
    const sums = await readSums();
    await announce(env.DB, [{ source: "one", object: `${DAY}/0` }]);
    expect(await deleteStatistics(env, { site: "", label: "a", from: DAY, to: DAY })).toBe(0);
    expect(await deleteStatistics(env, { site: "", label: undefined, from: DAY, to: DAY })).toBe(0);
    expect(await readSums()).toEqual(sums);
  });
});
