import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { readerRequest, readStatistic, request } from "../../test/batches.ts";
import { insertStatistics } from "../../test/statistics.ts";
import { sumUpDays } from "../sum-up.ts";

const today = new Date().toISOString().slice(0, 10);

async function post(csv: string): Promise<Record<string, unknown>[]> {
  const response = await request("/api/import", {
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
    expect(await post(csv)).toEqual([{ rows: 3, changed: 3, wrong: 0 }]);
    expect(await readStatistic()).toEqual({
      "2020-01-01 signup:buttons:cta": 12,
      "2020-01-01 visit::": 345,
      "2020-01-02 visit::": 1,
    });
  });

  it("changes nothing the second time, and sets counters rather than adding to them", async () => {
    await insertStatistics([["", "2020-01-01", "a", "", "", 99]]);
    const csv = "day,label,counter\n2020-01-01,a,3\n2020-01-01,b,4\n";
    expect(await post(csv)).toEqual([{ rows: 2, changed: 2, wrong: 0 }]);
    expect(await post(csv)).toEqual([{ rows: 2, changed: 0, wrong: 0 }]);
    expect(await readStatistic()).toEqual({ "2020-01-01 a::": 3, "2020-01-01 b::": 4 });
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
      { rows: 1, changed: 1, wrong: 6 },
    ]);
    expect(await readStatistic()).toEqual({ "2020-01-01 right::": 1 });
  });

  it("names the column that is missing", async () => {
    expect(await post("day;label;counter\n")).toMatchObject([
      { line: 1, code: "bad_header" },
      { rows: 0, wrong: 1 },
    ]);
  });

  it("is seen by sums that were made before", async () => {
    await insertStatistics([["", "2020-01-01", "a", "", "", 1]]);
    await sumUpDays(env, Date.now());
    await post("day,label,counter\n2020-01-01,b,4\n");
    const answer = await (await readerRequest("/api/timeseries?from=2020-01-01&to=2020-01-01")).json();
    expect(answer).toMatchObject({ points: [{ counter: 5 }] });
  });

  it("takes what an export gave, whatever the text", async () => {
    const labels = ["=1+1", "'=1+1", "''", "+a", "@b", '"quoted", with comma', "ünï", "-", "None of it"];
    await insertStatistics(labels.map((label, index) => ["", "2020-01-01", label, "-c", "'x", index + 1] as const));
    const before = await readStatistic();
    const csv = await (await readerRequest("/api/export?from=2020-01-01&to=2020-01-01")).text();
    await env.DB.prepare("DELETE FROM statistic").run();
    expect(await post(csv)).toEqual([{ rows: labels.length, changed: labels.length, wrong: 0 }]);
    expect(await readStatistic()).toEqual(before);
  });

  it("takes no form of another page", async () => {
    const { headers } = await request(`/login?token=${env.ADMIN_TOKEN}`);
    const response = await request("/api/import", {
      method: "POST",
      body: "x",
      headers: { cookie: headers.get("set-cookie")!.split(";")[0]!, origin: "https://evil.example" },
    });
    expect(response.status).toBe(403);
  });
});
