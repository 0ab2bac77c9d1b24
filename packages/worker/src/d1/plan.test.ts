import { addDays } from "@tracker/sdk/protocol";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { request, requestWith } from "../../test/batches.ts";
import { selectChanges, selectTopChanges } from "./changes.ts";
import { selectLabelCategories } from "./label-categories.ts";
import { listUnsummedDays, selectSites, sumUpDay } from "./day-sum.ts";
import { readFlushStates } from "./flush-states.ts";
import type { Column, Filter, Known } from "./query.ts";
import { selectRows, type RowColumn } from "./rows.ts";
import { selectSums } from "./sums.ts";
import { deleteDays, deleteLabel, listOpenDays } from "./write.ts";
import type { DayRange } from "../model/counts.ts";
import { readActions } from "./actions.ts";
import { selectOpenObjects } from "./objects.ts";

const known: Known = {
  sites: ["a.example", "b.example"],
  from: "2026-10-01",
  to: "2026-10-30",
  tail: [["a.example", "label", "category", "dom-id", 3, "2026-10-30"]],
};
const month: Known = {
  ...known,
  sites: ["a.example"],
  tail: Array.from({ length: 100 }, (_, index) => ["a.example", "label0", "", `id${index}`, 1, known.to]),
};
const range = { from: known.from, to: known.to };

/** How D1 goes about the statements that `ask` prepares. */
async function explain(ask: (db: D1Database) => unknown): Promise<string[]> {
  const statements: D1PreparedStatement[] = [];
  const prepare = (sql: string): D1PreparedStatement => {
    const statement = env.DB.prepare(`EXPLAIN QUERY PLAN ${sql}`);
    const bind = statement.bind.bind(statement);
    statements.push(statement);
    return Object.assign(statement, {
      bind: (...values: unknown[]) => {
        const bound = bind(...values);
        statements[statements.indexOf(statement)] = bound;
        return bound;
      },
    });
  };
  const db = { prepare, batch: (all: D1PreparedStatement[]) => env.DB.batch(all) } as unknown as D1Database;
  await Promise.resolve(ask(db)).catch(() => {});
  const plans = await Promise.all(statements.map((statement) => statement.all<{ detail: string }>()));
  return plans.flatMap(({ results }) => results.map(({ detail }) => detail));
}

/** D1, and how many rows it says that its batches read. */
function meter(): { db: D1Database; read: () => number } {
  let read = 0;
  const batch = async (statements: D1PreparedStatement[]) => {
    const results = await env.DB.batch(statements);
    read += results.reduce((sum, { meta }) => sum + meta.rows_read, 0);
    return results;
  };
  return { db: { prepare: (sql: string) => env.DB.prepare(sql), batch } as unknown as D1Database, read: () => read };
}

const sums =
  (by: Column[], filter: Filter = {}) =>
  (db: D1Database) =>
    selectSums(db, known, filter, by, { order: ["counter", "desc"], limit: 10 });
const ranges = { range: { from: "2026-10-16", to: known.to }, before: { from: known.from, to: "2026-10-15" } };
const changes =
  (by: Column[], filter: Filter = {}) =>
  (db: D1Database) =>
    selectChanges(db, known, filter, by, ranges, { order: ["now", "desc"], limit: 10 });
const rows =
  (column: RowColumn, filter: Filter = {}) =>
  (db: D1Database) =>
    selectRows(db, known, filter, { order: [column, "desc"], limit: 10 });

describe("no statement reads a table from one end to the other", () => {
  it.each<[string, (db: D1Database) => unknown]>([
    ["days", sums(["day"])],
    ["labels", sums(["label"])],
    ["categories", sums(["category"])],
    ["dom ids", sums(["dom_id"])],
    ["sites", sums(["site"])],
    ["a label's days", sums(["label", "day"], { labels: ["a", "b"] })],
    ["a label's categories", sums(["category"], { labels: ["a"] })],
    ["a category's labels", sums(["label"], { category: "a" })],
    ["a search", sums(["label"], { search: "a" })],
    ["labels beside the period before", changes(["label"])],
    ["what changed most", (db) => selectTopChanges(db, known, {}, ["label"], ranges, 5)],
    ["pages beside the period before", changes(["page"], { page: true })],
    ["a page's elements beside those before", changes(["dom_id", "label", "category"], { page: "/a" })],
    ["a label's pages beside those before", changes(["page"], { labels: ["a"], page: true })],
    ["a label's elements beside those before", changes(["dom_id"], { labels: ["a"] })],
    ["labels' categories", (db) => selectLabelCategories(db, known, [["a", "2026-10-30"]])],
    ["rows by day", rows("day")],
    ["rows by counter", rows("counter")],
    ["a label's rows", rows("day", { labels: ["a"] })],
    ["rows of a dom id", rows("label", { domId: "a", category: "b" })],
    ["open objects", (db) => selectOpenObjects(db, range)],
    ["sites and first days", selectSites],
    ["days without sums", (db) => listUnsummedDays(db, "2026-10-30")],
    ["summing up", (db) => sumUpDay(db, { site: "a.example", day: "2026-10-01" })],
    ["deleting days", (db) => deleteDays(db, "a.example", range)],
    ["deleting a label", (db) => deleteLabel(db, "a.example", range, "a")],
    ["open days", (db) => listOpenDays(db, range)],
    ["health", (db) => readFlushStates(db, ["a.example"], "2026-10-30")],
    ["heat map", (db) => readActions(db, { ...range, site: "a.example" }, ["a", ["label", "category"]])],
    ["a day's heat map", (db) => readActions(db, { from: range.to, to: range.to, site: "" }, ["a"])],
  ])("for %s", async (_, ask) => {
    const plan = await explain(ask);
    expect(plan.join()).toMatch(/SEARCH/);
    // Of `flush` an index has the open objects alone, which are few.
    const scans = plan.filter(
      (step) => /^SCAN (statistic|page_statistic|day_sum|flush)/.test(step) && !/INDEX flush_open/.test(step),
    );
    expect(scans).toEqual([]);
  });
});

describe("a month's 9,000 rows, with a hundred keys that are not flushed", () => {
  it.each<[string, number, (db: D1Database) => D1PreparedStatement]>([
    ["sorted by label are read twice", 2.2, (db) => selectRows(db, month, {}, { order: ["label", "asc"], limit: 101 })],
    ["sorted by counter, too", 2.2, (db) => selectRows(db, month, {}, { order: ["counter", "desc"], limit: 101 })],
    [
      "sorted by day are read of one day",
      0.2,
      (db) => selectRows(db, month, {}, { order: ["day", "desc"], limit: 101 }),
    ],
    [
      "summed by day are read once",
      1.1,
      (db) => selectSums(db, month, {}, ["day"], { order: ["day", "asc"], limit: 31 }),
    ],
    [
      "beside the period before are read twice",
      2.2,
      (db) => selectChanges(db, month, {}, ["label"], ranges, { order: ["now", "desc"], limit: 51 }),
    ],
    [
      "summed by label are read twice",
      2.2,
      (db) => selectSums(db, month, {}, ["label"], { order: ["counter", "desc"], limit: 101 }),
    ],
  ])("%s", async (_, times, ask) => {
    await env.DB.prepare(
      `WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 8999)
       INSERT INTO statistic
       SELECT 'a.example', date(?1, (i % 30) || ' days'), 'label' || (i / 240), '', 'id' || (i / 30), 1 + i % 7 FROM n`,
    )
      .bind(known.from)
      .run();
    const { meta } = await ask(env.DB).all();
    expect(meta.rows_read).toBeLessThanOrEqual(9_000 * times);
  });
});

describe("a heat map's 50 labels without a dom id", () => {
  it("cost little more than two rows read for each that is summed", async () => {
    await env.DB.prepare(
      `WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 11999)
       INSERT INTO statistic SELECT '', date(?1, (i % 30) || ' days'), 'label' || (i / 30), '', '', 1 FROM n`,
    )
      .bind(known.from)
      .run();
    const { db, read } = meter();
    const labels = Array.from({ length: 50 }, (_, index): [string, string] => [`label${index * 7}`, ""]);
    const { rows } = await readActions(db, { ...range, site: "" }, labels);
    expect(rows).toHaveLength(50 * 30);
    expect(read()).toBeLessThanOrEqual(2.1 * rows.length);
  });
});

describe("a heat map's 50 dom ids", () => {
  const domIds = Array.from({ length: 50 }, (_, index) => `id${index * 7}`);
  const today = new Date().toISOString().slice(0, 10);

  /** What `/get_stats/` answers, and how many rows D1 read for it. */
  async function ask(method: string, range: DayRange): Promise<{ answer: unknown[]; read: number }> {
    const { db: DB, read } = meter();
    const query = new URLSearchParams({ dom_ids: domIds.join("|"), ...range }).toString();
    const body = JSON.stringify({ dom_ids: domIds, ...range });
    const headers = { authorization: `Bearer ${env.ADMIN_TOKEN}` };
    const response = await (method == "GET"
      ? requestWith({ DB }, `/get_stats/?${query}`, { headers })
      : requestWith({ DB }, "/get_stats/", { method, headers, body }));
    return { answer: await response.json(), read: read() };
  }

  it.each([
    ["today", 0, 1],
    ["a closed day", 40, 1],
    ["7 days", 0, 7],
    ["30 days", 0, 30],
    ["30 closed days", 20, 30],
  ])("of %s cost at most two rows read for each that is summed, by GET and POST", async (_, age, days) => {
    // The hardest case: each id has one row a day.
    await env.DB.prepare(
      `WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 23999)
       INSERT INTO statistic SELECT '', date(?1, -(i % 60) || ' days'), 'label', '', 'id' || (i / 60), 1 FROM n`,
    )
      .bind(today)
      .run();
    await request("/track/?labels=visit");
    const to = addDays(today, -age);
    for (const method of ["GET", "POST"]) {
      const { answer, read } = await ask(method, { from: addDays(to, 1 - days), to });
      const counted = domIds.map((domId) => [domId, days, "label", ...(method == "POST" ? [""] : [])]);
      expect(answer).toEqual(expect.arrayContaining(counted));
      expect(answer).toHaveLength(50);
      // The object that counts today is summed, too: its watermark is a row.
      const summed = 50 * days + (age == 0 ? 1 : 0);
      expect(read).toBeLessThanOrEqual(2 * summed);
    }
  });
});
