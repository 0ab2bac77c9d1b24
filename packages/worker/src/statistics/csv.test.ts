import { describe, expect, it } from "vitest";
import { readStatistic } from "../../test/batches.ts";
import { TODAY } from "../../test/days.ts";
import { importCsv } from "../../test/import-csv.ts";

describe("a CSV file", () => {
  it.each(["", "\n \n"])("says that a file is empty", async (csv) => {
    expect(await importCsv(csv)).toEqual([
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
      `${TODAY},a,,1`,
    ].join("\n");
    expect(await importCsv(csv)).toMatchObject([
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
    expect(await importCsv("day;label;counter\n")).toMatchObject([
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
    expect(await importCsv(csv.join("\r\n"))).toMatchObject([
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
    expect(await importCsv("day,label,counter,Counter\n2020-01-01,a,1,2\n")).toMatchObject([
      { line: 1, code: "bad_header", message: expect.stringContaining("two columns counter") },
      { rows: 0, wrong: 1 },
    ]);
    // A label with a comma, and its second half where the counter stands.
    expect(await importCsv("day,label,counter\n2020-01-01,top,10,7\n2020-01-01,right,1\n")).toMatchObject([
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
    const answers = await importCsv(csv);
    expect(answers[0]).toMatchObject({ line: 2, code: "bad_quotes" });
    expect(answers.at(-1)).toEqual({ rows: right, changed: right, wrong: 1, deleted: 0 });
    expect(answers.filter((answer) => "line" in answer)).toHaveLength(1);
  });

  it("does not take a later quote for the end of one that is not closed", async () => {
    const csv = ["day,label,counter", "2020-01-01,first,1", '2020-01-01,"wrong,1', '2020-01-01,"right, too",2'];
    expect(await importCsv([...csv, '2020-01-01,5" screen,3', '2020-01-01,"5" screen",4'].join("\n"))).toMatchObject([
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
      const told = await importCsv(["day,label,counter", ...lines, "2020-01-01,right,1"].join("\n"));
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
    expect(await importCsv(Uint8Array.from(latin1, (char) => char.charCodeAt(0)))).toMatchObject([
      { line: 2, code: "bad_encoding" },
      { rows: 1, wrong: 1 },
    ]);
  });
});
