import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { readerRequest, request } from "../../test/batches.ts";
import { insertStatistics } from "../../test/statistics.ts";
import { flushAll } from "../counting/flush.ts";
import { sumUpDays } from "../statistics/sum-up.ts";

interface Answer {
  rows: Record<string, string | number | boolean>[];
  points: { day: string; counter: number; final: boolean }[];
  next: string | null;
  error: { code: string; message: string };
}

const today = new Date().toISOString().slice(0, 10);

async function ask(path: string): Promise<Answer> {
  return (await readerRequest(`/api/${path}`)).json();
}

/** `[what it is a sum of, counter]` of each row. */
async function sums(query: string): Promise<unknown[]> {
  const { rows } = await ask(`statistics?from=2020-01-01&${query}`);
  return rows.map((row) => [Object.values(row)[0], row["counter"]]);
}

/** Three rows of two days in 2020, and today two actions in D1 and two that are not flushed. */
async function count(): Promise<void> {
  await insertStatistics([
    ["", "2020-01-01", "x", "c", "a", 7],
    ["", "2020-01-02", "x", "c", "a", 5],
    ["", "2020-01-02", "y", "d", "b", 6],
  ]);
  await request("/track/?labels=x:c:a|z");
  await flushAll(env);
  await request("/track/?labels=x:c:a|y");
}

describe("/api/statistics", () => {
  it("gives rows with what is not flushed, the latest first, and says which are final", async () => {
    await count();
    expect(await ask("statistics?from=2020-01-01")).toMatchObject({
      from: "2020-01-01",
      to: today,
      time_zone: "UTC",
      final: false,
      rows: [
        { day: today, label: "x", category: "c", dom_id: "a", counter: 2, final: false },
        { day: today, label: "y", counter: 1 },
        { day: today, label: "z", counter: 1 },
        { day: "2020-01-02", label: "x", counter: 5, final: true },
        { day: "2020-01-02", label: "y", counter: 6 },
        { day: "2020-01-01", label: "x", counter: 7 },
      ],
      next: null,
    });
  });

  it.each([
    [
      "label",
      [
        ["x", 14],
        ["y", 7],
        ["z", 1],
      ],
    ],
    [
      "category",
      [
        ["c", 14],
        ["d", 6],
        ["", 2],
      ],
    ],
    [
      "dom_id",
      [
        ["a", 14],
        ["b", 6],
        ["", 2],
      ],
    ],
    [
      "day",
      [
        ["2020-01-02", 11],
        ["2020-01-01", 7],
        [today, 4],
      ],
    ],
    ["site", [["", 22]]],
  ])("sums by %s, the same whether days are summed up or not", async (group, expected) => {
    await count();
    expect(await sums(`group=${group}`)).toEqual(expected);
    await sumUpDays(env, Date.now());
    const { results } = await env.DB.prepare("SELECT DISTINCT day FROM day_sum").all();
    expect(results.map(({ day }) => day)).toEqual(["2020-01-01", "2020-01-02"]);
    expect(await sums(`group=${group}`)).toEqual(expected);
  });

  it.each([
    ["label=x", [["x", 14]]],
    ["category=d", [["y", 6]]],
    ["dom_id=b", [["y", 6]]],
    ["search=X", [["x", 14]]],
    ["search=%25", []],
    ["label=x&to=2020-01-01", [["x", 7]]],
    ["label=x&category=d", []],
  ])("filters by %s", async (filter, expected) => {
    await count();
    await sumUpDays(env, Date.now());
    expect(await sums(`group=label&${filter}`)).toEqual(expected);
  });

  it.each(["sort=day", "sort=day&order=asc", "sort=counter", "sort=label", "sort=category&order=desc", "sort=dom_id"])(
    "gives each row once over pages by %s",
    async (order) => {
      await count();
      const whole = (await ask(`statistics?from=2020-01-01&${order}`)).rows;
      expect(whole).toHaveLength(6);
      const paged: Answer["rows"] = [];
      for (let cursor: string | null = ""; cursor !== null;) {
        const page: Answer = await ask(`statistics?from=2020-01-01&${order}&limit=1&cursor=${cursor}`);
        paged.push(...page.rows);
        cursor = page.next;
      }
      expect(paged).toEqual(whole);
    },
  );

  it("pages through sums", async () => {
    await count();
    const first = await ask("statistics?from=2020-01-01&group=label&limit=2");
    const second = await ask(`statistics?from=2020-01-01&group=label&limit=2&cursor=${first.next}`);
    expect([...first.rows, ...second.rows].map(({ label }) => label)).toEqual(["x", "y", "z"]);
    expect(second.next).toBe(null);
  });

  it.each(["(refused)", "(seen)"])("keeps %s apart from actions, also in sums of closed days", async (label) => {
    await insertStatistics([
      ["", "2020-01-01", label, "any", "", 3],
      ["", "2020-01-01", "a", "any", "", 2],
    ]);
    const check = async (): Promise<void> => {
      expect(await sums("group=label")).toEqual([["a", 2]]);
      expect(await sums("group=category")).toEqual([["any", 2]]);
      expect(await sums("group=day")).toEqual([["2020-01-01", 2]]);
      expect(await sums(`group=category&label=${label}`)).toEqual([["any", 3]]);
    };
    await check();
    await sumUpDays(env, Date.now());
    await check();
  });

  it.each([
    ["from=2020-02-30", /^from: "2020-02-30" is not a day/],
    ["from=2020-02-02&to=2020-02-01", /^from: 2020-02-02 is after/],
    ["group=colour", /^group: /],
    ["sort=colour", /^sort: /],
    ["limit=many", /^limit: /],
    ["limit=1001", /^limit: /],
    ["cursor=x", /^cursor: /],
    ["colour=red", /^colour: no such parameter/],
  ])("names the wrong parameter of %s", async (query, message) => {
    const { error } = await ask(`statistics?${query}`);
    expect(error).toEqual({ code: "bad_parameter", message: expect.stringMatching(message) });
  });
});

describe("/api/timeseries", () => {
  it("gives every day, also those without counts", async () => {
    await count();
    const { points } = await ask("timeseries?label=x&from=2020-01-01&to=2020-01-03");
    expect(points).toEqual([
      { day: "2020-01-01", counter: 7, final: true },
      { day: "2020-01-02", counter: 5, final: true },
      { day: "2020-01-03", counter: 0, final: true },
    ]);
  });

  it("counts today exactly, flushed or not", async () => {
    await count();
    expect((await ask(`timeseries?from=${today}`)).points).toEqual([{ day: today, counter: 4, final: false }]);
  });
});

describe("/api", () => {
  it("is for readers", async () => {
    expect((await request("/api/statistics")).status).toBe(401);
  });
});
