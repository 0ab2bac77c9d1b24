import { env } from "cloudflare:workers";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { logIn, readerRequest, readStatistic, request } from "../../test/batches.ts";
import { insertStatistics } from "../../test/statistics.ts";
import { sumUpDays } from "../statistics/sum-up.ts";

const today = new Date().toISOString().slice(0, 10);

async function post(csv: string | Uint8Array, query = ""): Promise<Record<string, unknown>[]> {
  const response = await request(`/api/import${query}`, {
    method: "POST",
    body: csv,
    headers: { authorization: `Bearer ${env.ADMIN_TOKEN}`, "content-type": "text/csv" },
  });
  return new TextDecoder()
    .decode(await response.arrayBuffer())
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe("POST /api/import", () => {
  it("takes django-tracker's table, where None means empty", async () => {
    const csv = `id,label,category,dom_id,counter,day
1,signup,buttons,cta,12,2020-01-01
2,visit,None,None,345,2020-01-01
3,visit,,,1,2020-01-02
`;
    expect(await post(csv)).toEqual([{ rows: 3, changed: 3, wrong: 0, deleted: 0 }]);
    expect(await readStatistic()).toEqual({
      "2020-01-01 signup:buttons:cta": 12,
      "2020-01-01 visit::": 345,
      "2020-01-02 visit::": 1,
    });
  });

  it("changes nothing the second time, and sets counters rather than adding to them", async () => {
    await insertStatistics([["", "2020-01-01", "a", "", "", 99]]);
    const csv = "day,label,counter\n2020-01-01,a,3\n2020-01-01,b,4\n";
    expect(await post(csv)).toEqual([{ rows: 2, changed: 2, wrong: 0, deleted: 0 }]);
    expect(await post(csv)).toEqual([{ rows: 2, changed: 0, wrong: 0, deleted: 0 }]);
    expect(await readStatistic()).toEqual({ "2020-01-01 a::": 3, "2020-01-01 b::": 4 });
  });

  it.each(["", "\n \n"])("says that a file is empty", async (csv) => {
    expect(await post(csv)).toEqual([
      { line: 1, code: "bad_header", message: expect.stringContaining("the file is empty") },
      { rows: 0, changed: 0, wrong: 1, deleted: 0 },
    ]);
  });

  it("says which lines are wrong and why, and takes the right ones beside them", async () => {
    const csv = [
      "day,label,category,counter",
      "2020-02-30,a,,1",
      "2020-01-01,,,1",
      '2020-01-01,"two\nlines",,1',
      "2020-01-01,a,,many",
      "2020-01-01,right,,1",
      "2020-01-01,right,,2",
      `${today},a,,1`,
    ].join("\n");
    expect(await post(csv)).toMatchObject([
      { line: 2, code: "bad_day" },
      { line: 3, code: "bad_name" },
      { line: 4, code: "bad_name" },
      { line: 6, code: "bad_counter" },
      { line: 8, code: "twice" },
      { line: 9, code: "day_open" },
      { rows: 1, changed: 1, wrong: 6, deleted: 0 },
    ]);
    expect(await readStatistic()).toEqual({ "2020-01-01 right::": 1 });
  });

  it("names the column that is missing", async () => {
    expect(await post("day;label;counter\n")).toMatchObject([
      { line: 1, code: "bad_header" },
      { rows: 0, wrong: 1 },
    ]);
  });

  it("takes a spreadsheet's file: a byte order mark, CRLF, its own order, cells left out or added, blank lines", async () => {
    const csv = [
      '\uFEFF"counter",label,"Day",note,category',
      '1,a,2020-01-01,"of two\r\nlines",c',
      '"2","b, with ""quotes""",2020-01-01',
      "",
      ",,,,",
      '3,c,2020-01-01,,"d",,',
      "4,d,today,,",
      "",
    ];
    expect(await post(csv.join("\r\n"))).toMatchObject([
      { line: 8, code: "bad_day" },
      { rows: 3, changed: 3, wrong: 1, deleted: 0 },
    ]);
    expect(await readStatistic()).toEqual({
      "2020-01-01 a:c:": 1,
      '2020-01-01 b, with "quotes"::': 2,
      "2020-01-01 c:d:": 3,
    });
  });

  it("does not guess which columns are meant", async () => {
    expect(await post("day,label,counter,Counter\n2020-01-01,a,1,2\n")).toMatchObject([
      { line: 1, code: "bad_header", message: expect.stringContaining("two columns counter") },
      { rows: 0, wrong: 1 },
    ]);
    // A label with a comma, and its second half where the counter stands.
    expect(await post("day,label,counter\n2020-01-01,top,10,7\n2020-01-01,right,1\n")).toMatchObject([
      { line: 2, code: "bad_columns" },
      { rows: 1, wrong: 1 },
    ]);
    expect(await readStatistic()).toEqual({ "2020-01-01 right::": 1 });
  });

  it.each([
    ["at its end", 3],
    ["long before its end", 60_000],
  ])("goes on after a quote that is not closed, %s", async (_, right) => {
    const lines = Array.from({ length: right }, (_, index) => `2020-01-01,right,${index},1`);
    const csv = ["day,label,category,counter", '2020-01-01,"wrong,,1', ...lines, ""].join("\n");
    const answers = await post(csv);
    expect(answers[0]).toMatchObject({ line: 2, code: "bad_quotes" });
    expect(answers.at(-1)).toEqual({ rows: right, changed: right, wrong: 1, deleted: 0 });
    expect(answers.filter((answer) => "line" in answer)).toHaveLength(1);
  });

  it("does not take a later quote for the end of one that is not closed", async () => {
    const csv = ["day,label,counter", "2020-01-01,first,1", '2020-01-01,"wrong,1', '2020-01-01,"right, too",2'];
    expect(await post([...csv, '2020-01-01,5" screen,3', '2020-01-01,"5" screen",4'].join("\n"))).toMatchObject([
      { line: 3, code: "bad_quotes" },
      { line: 6, code: "bad_quotes" },
      { rows: 3, wrong: 2 },
    ]);
    expect(await readStatistic()).toEqual({
      "2020-01-01 first::": 1,
      "2020-01-01 right, too::": 2,
      '2020-01-01 5" screen::': 3,
    });
  });

  it("tells 20,000 lines with wrong quotes as fast as right ones", async () => {
    const importMany = async (label: (index: number) => string) => {
      const lines = Array.from({ length: 20_000 }, (_, index) => `2020-01-01,${label(index)},1`);
      const before = performance.now();
      const told = await post(["day,label,counter", ...lines, "2020-01-01,right,1"].join("\n"));
      return { told, ms: performance.now() - before };
    };
    const right = await importMany((index) => `"a ${index}"`);
    expect(right.told.at(-1)).toMatchObject({ rows: 20_001, wrong: 0 });
    const wrong = await importMany((index) => `"a" ${index}`);
    expect(wrong.told.at(-1)).toEqual({ rows: 1, changed: 0, wrong: 20_000, deleted: 0 });
    expect(wrong.told.at(-2)).toMatchObject({ line: 20_001, code: "bad_quotes" });
    // A parser that starts again at each wrong line takes hundreds of times as long.
    expect(wrong.ms / right.ms).toBeLessThan(20);
  });

  it("leaves out lines that are not UTF-8, and no others", async () => {
    const latin1 = "day,label,counter\n2020-01-01,f\u00fcr,1\n2020-01-01,right,1\n";
    expect(await post(Uint8Array.from(latin1, (char) => char.charCodeAt(0)))).toMatchObject([
      { line: 2, code: "bad_encoding" },
      { rows: 1, wrong: 1 },
    ]);
  });

  it("takes 100,000 lines, and changes nothing the second time", async () => {
    const line = (index: number): string => `2020-01-0${1 + (index % 9)},label ${index},${1 + (index % 5)}`;
    const csv = ["day,label,counter", ...Array.from({ length: 100_000 }, (_, index) => line(index))].join("\n");
    expect((await post(csv)).at(-1)).toEqual({ rows: 100_000, changed: 100_000, wrong: 0, deleted: 0 });
    expect((await post(csv)).at(-1)).toEqual({ rows: 100_000, changed: 0, wrong: 0, deleted: 0 });
    const { results } = await env.DB.prepare("SELECT count(*) AS rows, sum(counter) AS sum FROM statistic").all();
    expect(results).toEqual([{ rows: 100_000, sum: 300_000 }]);
  });

  it("is seen by sums that were made before", async () => {
    await insertStatistics([["", "2020-01-01", "a", "", "", 1]]);
    await sumUpDays(env, Date.now());
    await post("day,label,counter\n2020-01-01,b,4\n");
    const answer = await (await readerRequest("/api/timeseries?from=2020-01-01&to=2020-01-01")).json();
    expect(answer).toMatchObject({ points: [{ counter: 5 }] });
  });

  it("takes two names that a hash of 53 bits confuses", async () => {
    // Found by search: both have one double FNV-1a hash. A visitor could send such names on purpose.
    expect(await post("day,label,counter\n2020-01-01,o1l51ohnks6,1\n2020-01-01,l0s2emt5qa5,2\n")).toEqual([
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
    expect(await post(csv)).toEqual([{ rows: labels.length, changed: labels.length, wrong: 0, deleted: 0 }]);
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
        const answers = await post(csv, "?replace=true");
        expect(answers).toMatchObject([{ rows: before.length, wrong: 0 }]);
        expect(await readStatistic()).toEqual(was);
        // A second time, and without being asked to replace, it finds nothing to do.
        expect(await post(csv)).toEqual([{ rows: before.length, changed: 0, wrong: 0, deleted: 0 }]);
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
    expect(await post(csv)).toEqual([
      {
        line: 3,
        code: "day_counted",
        message: expect.stringContaining("2020-01-02 was counted by this tracker itself"),
      },
      { rows: 2, changed: 2, wrong: 2, deleted: 0 },
    ]);
    expect(await readStatistic()).toEqual({ "2020-01-01 a::": 5, "2020-01-02 a::": 3, "2020-01-03 a::": 5 });
    expect(await post(csv, "?replace=true")).toEqual([{ rows: 4, changed: 2, wrong: 0, deleted: 0 }]);
    expect(await readStatistic()).toMatchObject({ "2020-01-02 a::": 9, "2020-01-02 b::": 1 });
  });

  it("takes the lines of such a day that say what is there", async () => {
    await countDay("2020-01-02");
    await insertStatistics([["", "2020-01-02", "a", "", "", 3]]);
    const csv = await (await readerRequest("/api/export?from=2020-01-02&to=2020-01-02")).text();
    expect(await post(csv)).toEqual([{ rows: 1, changed: 0, wrong: 0, deleted: 0 }]);
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
    expect(await post(`${csv},2020-01-01,b,many\n`, "?replace=true")).toMatchObject([
      { code: "bad_counter" },
      { rows: 1, changed: 1, wrong: 1, deleted: 0 },
    ]);
    expect(await readStatistic()).toEqual({ ...kept, "2020-01-01 a::": 1, "2020-01-01 extra::": 3 });
    // A day that still counts is left out whole, so it keeps nothing from being deleted.
    expect(await post(`${csv},${today},a,1\n`, "?replace=true")).toMatchObject([
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
