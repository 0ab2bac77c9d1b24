import { env } from "cloudflare:workers";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { logIn, readerRequest, readStatistic, request } from "../../test/batches.ts";
import { TODAY } from "../../test/days.ts";
import { importCsv } from "../../test/import-csv.ts";
import { insertStatistics } from "../../test/statistics.ts";
import { sumUpDays } from "../statistics/sum-up.ts";

describe("POST /api/import", () => {
  it("takes django-tracker's table, where None means empty", async () => {
    const csv = `id,label,category,dom_id,counter,day
1,signup,buttons,cta,12,2020-01-01
2,visit,None,None,345,2020-01-01
3,visit,,,1,2020-01-02
`;
    expect(await importCsv(csv)).toEqual([{ rows: 3, changed: 3, wrong: 0, deleted: 0 }]);
    expect(await readStatistic()).toEqual({
      "2020-01-01 signup:buttons:cta": 12,
      "2020-01-01 visit::": 345,
      "2020-01-02 visit::": 1,
    });
  });

  it("changes nothing the second time, and sets counters rather than adding to them", async () => {
    await insertStatistics([["", "2020-01-01", "a", "", "", 99]]);
    const csv = "day,label,counter\n2020-01-01,a,3\n2020-01-01,b,4\n";
    expect(await importCsv(csv)).toEqual([{ rows: 2, changed: 2, wrong: 0, deleted: 0 }]);
    expect(await importCsv(csv)).toEqual([{ rows: 2, changed: 0, wrong: 0, deleted: 0 }]);
    expect(await readStatistic()).toEqual({ "2020-01-01 a::": 3, "2020-01-01 b::": 4 });
  });

  it("takes 100,000 lines, and changes nothing the second time", async () => {
    const line = (index: number): string => `2020-01-0${1 + (index % 9)},label ${index},${1 + (index % 5)}`;
    const csv = ["day,label,counter", ...Array.from({ length: 100_000 }, (_, index) => line(index))].join("\n");
    expect((await importCsv(csv)).at(-1)).toEqual({ rows: 100_000, changed: 100_000, wrong: 0, deleted: 0 });
    expect((await importCsv(csv)).at(-1)).toEqual({ rows: 100_000, changed: 0, wrong: 0, deleted: 0 });
    const { results } = await env.DB.prepare("SELECT count(*) AS rows, sum(counter) AS sum FROM statistic").all();
    expect(results).toEqual([{ rows: 100_000, sum: 300_000 }]);
  });

  it("is seen by sums that were made before", async () => {
    await insertStatistics([["", "2020-01-01", "a", "", "", 1]]);
    await sumUpDays(env, Date.now());
    await importCsv("day,label,counter\n2020-01-01,b,4\n");
    const answer = await (await readerRequest("/api/timeseries?from=2020-01-01&to=2020-01-01")).json();
    expect(answer).toMatchObject({ points: [{ counter: 5 }] });
  });

  it("takes two names that a hash of 53 bits confuses", async () => {
    // Found by search: both have one double FNV-1a hash. A visitor could send such names on purpose.
    expect(await importCsv("day,label,counter\n2020-01-01,o1l51ohnks6,1\n2020-01-01,l0s2emt5qa5,2\n")).toEqual([
      { rows: 2, changed: 2, wrong: 0, deleted: 0 },
    ]);
  });

  it("takes what an export gave, whatever the text", async () => {
    const labels = [
      "=1+1",
      "'=1+1",
      "''",
      "＝1",
      "a;=1",
      "a;'=1;''-",
      "'a",
      "+a",
      "@b",
      '"quoted", with comma',
      "ünï",
      "-",
      "None of it",
    ];
    await insertStatistics(labels.map((label, index) => ["", "2020-01-01", label, "-c", "'x", index + 1] as const));
    const before = await readStatistic();
    const csv = await (await readerRequest("/api/export?from=2020-01-01&to=2020-01-01")).text();
    await env.DB.prepare("DELETE FROM statistic").run();
    expect(await importCsv(csv)).toEqual([{ rows: labels.length, changed: labels.length, wrong: 0, deleted: 0 }]);
    expect(await readStatistic()).toEqual(before);
  });

  const text = (maxLength: number, minLength = 0) =>
    fc
      .string({
        unit: fc.oneof(
          fc.constantFrom(..."'=+-@,\"| \uFEFF\uFFFD"),
          fc.string({ unit: "binary", minLength: 1, maxLength: 1 }),
        ),
        minLength,
        maxLength,
      })
      .map((one) => one.replaceAll(/[\p{Cc}\p{Cs}]/gu, "").trim());
  const name = (minLength = 0) =>
    fc.oneof(fc.constantFrom("None", "(other)", "=1+1", "'=1", "a;=1", "a;'\"=1;＝"), text(20, minLength));

  it("makes the days of an export what they were, whatever the names, and whatever was there", async () => {
    const row = fc.tuple(
      fc.constantFrom("2020-01-01", "2020-01-02"),
      name(1).filter((label) => label !== ""),
      name(),
      name(),
      fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
    );
    const rows = fc.uniqueArray(row, { selector: (cells) => cells.slice(0, 4).join("\n"), maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(rows, rows, async (before, after) => {
        await env.DB.prepare("DELETE FROM statistic").run();
        await insertStatistics([["", "2019-12-31", "kept", "", "", 1]]);
        if (before.length > 0) await insertStatistics(before.map(([day, ...cells]) => ["", day, ...cells] as const));
        const was = await readStatistic();
        const csv = await (await readerRequest("/api/export?from=2020-01-01&to=2020-01-02")).text();
        const days = new Set(before.map(([day]) => day));
        await env.DB.prepare("DELETE FROM statistic WHERE day >= '2020-01-01'").run();
        const changed = after.filter(([day]) => days.has(day));
        if (changed.length > 0) await insertStatistics(changed.map(([day, ...cells]) => ["", day, ...cells] as const));
        const answers = await importCsv(csv, "?replace=true");
        expect(answers).toMatchObject([{ rows: before.length, wrong: 0 }]);
        expect(await readStatistic()).toEqual(was);
        // A second time, and without being asked to replace, it finds nothing to do.
        expect(await importCsv(csv)).toEqual([{ rows: before.length, changed: 0, wrong: 0, deleted: 0 }]);
      }),
      { numRuns: 30 },
    );
  });

  /** As if an object had counted something on that day, and was closed. */
  async function countDay(day: string): Promise<void> {
    await env.DB.prepare("INSERT INTO flush VALUES (?1, ?1, ?1, 7, 1, 1, 7)").bind(day).run();
  }

  it("leaves days alone that this tracker counted itself, and tells each once", async () => {
    await countDay("2020-01-02");
    await insertStatistics([["", "2020-01-02", "a", "", "", 3]]);
    const csv = "day,label,counter\n2020-01-01,a,5\n2020-01-02,a,9\n2020-01-02,b,1\n2020-01-03,a,5\n";
    expect(await importCsv(csv)).toEqual([
      {
        line: 3,
        code: "day_counted",
        message: expect.stringContaining("2020-01-02 was counted by this tracker itself"),
      },
      { rows: 2, changed: 2, wrong: 2, deleted: 0 },
    ]);
    expect(await readStatistic()).toEqual({ "2020-01-01 a::": 5, "2020-01-02 a::": 3, "2020-01-03 a::": 5 });
    expect(await importCsv(csv, "?replace=true")).toEqual([{ rows: 4, changed: 2, wrong: 0, deleted: 0 }]);
    expect(await readStatistic()).toMatchObject({ "2020-01-02 a::": 9, "2020-01-02 b::": 1 });
  });

  it("takes the lines of such a day that say what is there", async () => {
    await countDay("2020-01-02");
    await insertStatistics([["", "2020-01-02", "a", "", "", 3]]);
    const csv = await (await readerRequest("/api/export?from=2020-01-02&to=2020-01-02")).text();
    expect(await importCsv(csv)).toEqual([{ rows: 1, changed: 0, wrong: 0, deleted: 0 }]);
  });

  it("deletes with replace what the file's days do not have, but no refused pings, and nothing if a line is wrong", async () => {
    await insertStatistics([
      ["", "2020-01-01", "extra", "", "", 3],
      ["", "2020-01-01", "(refused)", "bot", "", 4],
      ["", "2020-01-02", "other day", "", "", 5],
      ["shop.example", "2020-01-01", "other site", "", "", 6],
    ]);
    await sumUpDays(env, Date.now());
    const csv = "site,day,label,counter\n,2020-01-01,a,1\n";
    const kept = { "2020-01-01 (refused):bot:": 4, "2020-01-02 other day::": 5, "2020-01-01 other site::": 6 };
    expect(await importCsv(`${csv},2020-01-01,b,many\n`, "?replace=true")).toMatchObject([
      { code: "bad_counter" },
      { rows: 1, changed: 1, wrong: 1, deleted: 0 },
    ]);
    expect(await readStatistic()).toEqual({ ...kept, "2020-01-01 a::": 1, "2020-01-01 extra::": 3 });
    // A day that still counts is left out whole, so it keeps nothing from being deleted.
    expect(await importCsv(`${csv},${TODAY},a,1\n`, "?replace=true")).toMatchObject([
      { code: "day_open" },
      { rows: 1, changed: 0, wrong: 1, deleted: 1 },
    ]);
    expect(await readStatistic()).toEqual({ ...kept, "2020-01-01 a::": 1 });
    const answer = await (await readerRequest("/api/timeseries?from=2020-01-01&to=2020-01-01")).json();
    expect(answer).toMatchObject({ points: [{ counter: 7 }] });
  });

  it("takes no form of another page", async () => {
    const { headers } = await logIn(env.ADMIN_TOKEN!);
    const response = await request("/api/import", {
      method: "POST",
      body: "x",
      headers: { cookie: headers.get("set-cookie")!.split(";")[0]!, origin: "https://evil.example" },
    });
    expect(response.status).toBe(403);
  });
});
