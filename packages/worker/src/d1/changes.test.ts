import { addDays } from "@tracker/sdk/protocol";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { insertStatistics } from "../../test/statistics.ts";
import { FLOOR, judgeChange } from "../model/change.ts";
import { rangeBefore } from "../model/period.ts";
import { queryExactly } from "../statistics/read.ts";
import { selectChanges, selectTopChanges, type ChangePage, type ChangeRow, type ChangeTotals } from "./changes.ts";

const range = { from: "2020-01-08", to: "2020-01-14" };
const before = rangeBefore(range, "before");
const all: ChangePage = { order: ["now", "desc"], limit: 1_000 };

async function read(
  page: ChangePage = all,
  ranges: { range: typeof range; before: typeof range | undefined } = { range, before },
) {
  const { results } = await queryExactly<ChangeRow & ChangeTotals>(
    env,
    { from: before.from, to: range.to },
    (known) => [selectChanges(env.DB, known, {}, ["label"], ranges, page)],
  );
  return results[0]!;
}

describe("selectChanges", () => {
  it("counts a range beside the one before, and says the last day with an action", async () => {
    await insertStatistics([
      ["", addDays(before.from, -1), "a", "", "", 1_000],
      ["", before.from, "a", "", "", 3],
      ["", before.to, "a", "", "", 4],
      ["", range.from, "a", "x", "", 5],
      ["", range.to, "a", "", "", 6],
      ["", addDays(range.to, 1), "a", "", "", 1_000],
      ["", before.to, "gone", "", "", 200],
    ]);
    expect(await read()).toMatchObject([
      { label: "a", now: 11, before: 7, last: range.to, change: null, names: 1, quiet: 1 },
    ]);
    expect(await read({ ...all, change: "quiet" })).toMatchObject([
      { label: "gone", now: 0, before: 200, last: before.to },
    ]);
    expect(await read({ ...all, change: "new" })).toMatchObject([{ label: null, names: 1, new: 0, quiet: 1 }]);
  });

  it("judges as judgeChange does", async () => {
    const rows = Array.from({ length: 400 }, (_, index): [string, string, string, string, string, number][] => {
      const label = `label${index}`;
      const [now, earlier] = [(index * 37) % 190, (index * 53) % 170];
      return [
        ["", addDays(range.to, -(index % 7)), label, "", "", now],
        ["", addDays(before.to, -(index % 5)), label, "", "", earlier],
      ];
    }).flat();
    await insertStatistics(rows.filter(([, , , , , counter]) => counter > 0));
    const page = await Promise.all([
      read(),
      ...(["up", "down", "new", "quiet"] as const).map((change) => read({ ...all, change })),
    ]);
    const found = new Map(page.flat().map((row) => [row.label, row]));
    const tested = [...found.values()].filter((row) => Math.max(row.now, row.before) >= FLOOR).length;
    const changes = [...found.values()].map((row) => row.change);
    expect(new Set(changes)).toEqual(new Set([null, "up", "down", "new", "quiet"]));
    const compared = { nowDays: 7, beforeDays: 7, to: range.to, tested };
    expect(changes).toEqual([...found.values()].map((row) => judgeChange(row, compared) ?? null));
    const { up, down } = page[0][0]!;
    expect([up, down]).toEqual([
      changes.filter((one) => one === "up").length,
      changes.filter((one) => one === "down").length,
    ]);
  });

  it("goes on after a row, and compares nothing where that was not asked for", async () => {
    await insertStatistics(["a", "b", "c"].map((label) => ["", range.to, label, "", "", 50]));
    expect((await read({ ...all, after: [50, "a"] })).map((row) => row.label)).toEqual(["b", "c"]);
    expect((await read(all, { range, before: undefined })).map((row) => row.change)).toEqual([null, null, null]);
  });
});

describe("selectTopChanges", () => {
  it("gives the most certain ones of each kind", async () => {
    await insertStatistics([
      ...["a", "b", "c"].map((label, index): [string, string, string, string, string, number] => [
        "",
        range.to,
        label,
        "",
        "",
        100 * (index + 1),
      ]),
      ...["x", "y"].map((label, index): [string, string, string, string, string, number] => [
        "",
        before.to,
        label,
        "",
        "",
        100 * (index + 1),
      ]),
    ]);
    const { results } = await queryExactly<ChangeRow>(env, { from: before.from, to: range.to }, (known) => [
      selectTopChanges(env.DB, known, {}, ["label"], { range, before }, 2),
    ]);
    expect(results[0]!.map(({ change, label }) => [change, label])).toEqual([
      ["new", "c"],
      ["new", "b"],
      ["quiet", "y"],
      ["quiet", "x"],
    ]);
  });
});
