import { addDays, Calendar, makeBatchId, type Batch, type Day } from "@tracker/sdk/protocol";
import { evictAllDurableObjects, runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import fc from "fast-check";
import { expect, it, vi } from "vitest";
import { announceAgain } from "../src/counting/announce-again.ts";
import { countBatch } from "../src/counting/count-batch.ts";
import type { DayCounterCalls } from "../src/counting/contract.ts";
import { flushAll } from "../src/counting/flush.ts";
import { sumUpDay } from "../src/d1/day-sum.ts";
import { listOpenObjects } from "../src/d1/objects.ts";
import { selectRows } from "../src/d1/rows.ts";
import { selectSums } from "../src/d1/sums.ts";
import { listOpenDays } from "../src/d1/write.ts";
import type { Env } from "../src/env.ts";
import type { OpenObject } from "../src/model/counts.ts";
import { deleteStatistics } from "../src/statistics/delete.ts";
import { queryExactly, readExactly } from "../src/statistics/read.ts";
import { sumUpDays } from "../src/statistics/sum-up.ts";

/**
 * Random histories of one tracker, step by step, against a plain map of what must be counted. The map knows each batch that was
 * delivered while it could be taken, once, by the day of its `at`.
 */
type Step =
  | { do: "ping"; label: string; page: string | undefined; ageHours: number; fate: Fate; settings: Settings }
  /** Sends an earlier batch again, perhaps days later, perhaps with another `at` of its day: a page corrects its clock. */
  | { do: "retry"; which: number; settings: Settings; shiftHours: number }
  /** All objects lose what they have in memory. */
  | { do: "evict" }
  /** Moves tails to D1; what is `during` it happens when the tails are read and D1 is about to be written. */
  | { do: "flush"; fault: FlushFault; during: Step[] }
  /** Reads, and something happens each time that D1 has answered. */
  | { do: "read"; during: Step[] }
  /** As the cron does hourly; or each day there is, also those that still count, of which it may make no sums. */
  | { do: "sum up"; which: "closed days" | "all days" }
  /** Of one day, whether it still counts or not. */
  | { do: "delete"; daysAgo: number; what: "all" | "a" }
  /** D1 goes back to where it was at the last of these, if nothing was closed or deleted since. */
  | { do: "restore" }
  | { do: "wait"; hours: number }
  /** The tables that the objects announce themselves in are away, or back. */
  | { do: "database"; isUp: boolean }
  | { do: "alarms" };

type Fate = "answered" | "answer lost" | "request lost" | "sent twice at once";
/** Which of two deployed versions takes the request. They do not agree on the number of shards. */
type Settings = "older" | "newer";
type FlushFault = "none" | "fails before commit" | "answer lost after commit" | "twice at once" | "an object is silent";

const HOUR_MS = 3_600_000;
/** What goes back when D1 is restored. */
const TABLES = ["flush", "statistic", "page_statistic", "day_sum"];
const SHARDS: Record<Settings, string> = { older: "1", newer: "3" };

const simple = [
  fc.record({
    do: fc.constant("ping" as const),
    label: fc.constantFrom("a", "b", "c"),
    page: fc.constantFrom(undefined, "/", "/b"),
    ageHours: fc.oneof(fc.constant(0), fc.constantFrom(-0.08, 1, 13, 30, 47.9, 49)),
    fate: fc.constantFrom<Fate>("answered", "answer lost", "request lost", "sent twice at once"),
    settings: fc.constantFrom<Settings>("older", "newer"),
  }),
  fc.record({
    do: fc.constant("retry" as const),
    which: fc.nat({ max: 20 }),
    settings: fc.constantFrom<Settings>("older", "newer"),
    shiftHours: fc.oneof(fc.constant(0), fc.constantFrom(-20, -1, 1, 20)),
  }),
  fc.record({ do: fc.constant("evict" as const) }),
  fc.record({ do: fc.constant("alarms" as const) }),
];

const flush = fc.record({
  do: fc.constant("flush" as const),
  fault: fc.constantFrom<FlushFault>(
    "none",
    "fails before commit",
    "answer lost after commit",
    "twice at once",
    "an object is silent",
  ),
  during: fc.array(
    fc.oneof(
      ...simple,
      fc.constant<Step>({ do: "flush", fault: "none", during: [] }),
      fc.constant<Step>({ do: "wait", hours: 60 }),
    ),
    { maxLength: 2 },
  ),
});

const read = fc.record({
  do: fc.constant("read" as const),
  during: fc.array(
    fc.constantFrom<Step>({ do: "flush", fault: "none", during: [] }, { do: "wait", hours: 60 }, { do: "alarms" }),
    { minLength: 1, maxLength: 3 },
  ),
});

const others = [
  fc.record({
    do: fc.constant("sum up" as const),
    which: fc.constantFrom("closed days" as const, "all days" as const),
  }),
  fc.record({
    do: fc.constant("delete" as const),
    daysAgo: fc.constantFrom(0, 1, 2, 3, 4),
    what: fc.constantFrom("all" as const, "a" as const),
  }),
  fc.record({ do: fc.constant("restore" as const) }),
  fc.record({ do: fc.constant("restore" as const) }),
];

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    ...simple.map((arbitrary) => ({ arbitrary, weight: 2 })),
    { arbitrary: simple[0]!, weight: 4 },
    { arbitrary: simple[1]!, weight: 2 },
    { arbitrary: flush, weight: 4 },
    { arbitrary: read, weight: 2 },
    ...others.map((arbitrary) => ({ arbitrary, weight: 1 })),
    {
      arbitrary: fc.record({ do: fc.constant("wait" as const), hours: fc.constantFrom(1, 11, 24, 47, 60) }),
      weight: 2,
    },
    { arbitrary: fc.record({ do: fc.constant("database" as const), isUp: fc.boolean() }), weight: 1 },
  ),
  { minLength: 5, maxLength: 30 },
);

let histories = 0;
/** How often each thing happened in all histories. */
const tally = new Map<string, number>();

class History {
  // Each has its own site and its own weeks, so that nothing has to be cleaned up.
  readonly #site = `history-${++histories}`;
  readonly #calendar = new Calendar("UTC");
  readonly #start = Date.UTC(2030, 0, 1, 12) + histories * 30 * 24 * HOUR_MS;
  readonly #versions: Record<Settings, Env>;
  #now = this.#start;
  #isUp = true;
  readonly #objects = new Set<string>();
  readonly #sent: Sent[] = [];
  readonly #truth = new Map<string, number>();
  /** Of it, each page's part. */
  readonly #pageTruth = new Map<string, number>();
  #snapshot: Snapshot | undefined;

  constructor() {
    vi.setSystemTime(this.#now);
    this.#versions = { older: this.#env(SHARDS.older), newer: this.#env(SHARDS.newer) };
  }

  async run(history: readonly Step[]): Promise<void> {
    for (const step of history) {
      await this.#take(step);
      await this.#expectExactReads();
    }
    await this.#take({ do: "database", isUp: true });
    await flushAll(this.#versions.newer);
    await this.#expectExactDatabase();
    // Long after, all is closed, and nothing has changed.
    await this.#take({ do: "wait", hours: 24 * 6 });
    await this.#take({ do: "alarms" });
    await this.#expectAllClosed();
    // Also in a D1 that was restored to a time before.
    await env.DB.prepare("UPDATE flush SET closed_at = NULL WHERE day >= ?").bind(this.#days()[0]!).run();
    await this.#expectExactReads();
    await flushAll(this.#versions.newer);
    await this.#expectAllClosed();
  }

  async #expectAllClosed(): Promise<void> {
    expect(await listOpenObjects(env.DB)).toEqual([]);
    await this.#expectExactDatabase();
    await this.#expectExactReads();
  }

  async #expectExactDatabase(): Promise<void> {
    expect(await this.#readStatistic()).toEqual(this.#truth);
    expect(await this.#readPageStatistic()).toEqual(this.#pageTruth);
  }

  async #take(step: Step): Promise<void> {
    add(tally, step.do, 1);
    if (step.do === "ping") add(tally, step.fate, 1);
    if (step.do === "flush") add(tally, step.fault, 1);
    if (step.do === "database" && !step.isUp && this.#isUp) add(tally, "database away", 1);
    switch (step.do) {
      case "ping":
        return this.#ping(step);
      case "retry":
        return this.#retry(step);
      case "evict":
        return evictAllDurableObjects();
      case "flush":
        return this.#flush(step.fault, step.during);
      case "read":
        return this.#expectExactReads(step.during);
      case "sum up":
        return this.#sumUp(step.which);
      case "delete":
        return this.#delete(step);
      case "restore":
        return this.#restore();
      case "wait":
        this.#now += step.hours * HOUR_MS;
        vi.setSystemTime(this.#now);
        return;
      case "database":
        if (step.isUp !== this.#isUp) {
          const [from, to] = step.isUp ? ["away", "flush"] : ["flush", "away"];
          await env.DB.prepare(`ALTER TABLE ${from} RENAME TO ${to}`).run();
          this.#isUp = step.isUp;
        }
        // Who could not announce itself does it now.
        return step.isUp ? this.#runAlarms() : undefined;
      case "alarms":
        return this.#runAlarms();
    }
  }

  async #ping({ label, page, ageHours, fate, settings }: Extract<Step, { do: "ping" }>): Promise<void> {
    const at = this.#now - Math.round(ageHours * HOUR_MS);
    const batch: Batch = { id: makeBatchId(), at, pings: [{ label, category: "", domId: "", count: 1 }], page };
    if (page) add(tally, "with a page", 1);
    const sent = { batch, isCounted: false };
    this.#sent.push(sent);
    if (fate === "request lost") return;
    if (fate === "sent twice at once") {
      const answers = await Promise.all([this.#count(batch, settings), this.#count(batch, settings)]);
      if (this.#canTake(batch)) expect(answers.filter((answer) => answer.ok && !answer.duplicate)).toHaveLength(1);
      this.#note(sent);
    } else await this.#deliver(sent, settings);
  }

  async #retry({ which, settings, shiftHours }: Extract<Step, { do: "retry" }>): Promise<void> {
    if (this.#sent.length === 0) return;
    const sent = this.#sent[which % this.#sent.length]!;
    const at = Math.min(sent.batch.at + shiftHours * HOUR_MS, this.#now);
    const isSameDay = this.#calendar.dayOf(at) === this.#calendar.dayOf(sent.batch.at);
    if (shiftHours !== 0 && isSameDay) add(tally, "corrected at", 1);
    return this.#deliver(sent, settings, isSameDay ? { ...sent.batch, at } : sent.batch);
  }

  /** The answer is what the sender would see, lost or not. */
  async #deliver(sent: Sent, settings: Settings, batch = sent.batch): Promise<void> {
    const answer = await this.#count(batch, settings);
    if (this.#canTake(batch)) expect(answer).toEqual({ ok: true, duplicate: sent.isCounted });
    else expect(answer).toEqual({ ok: false, code: "too_old" });
    this.#note(sent, batch);
  }

  #count(batch: Batch, settings: Settings): ReturnType<typeof countBatch> {
    return countBatch(this.#versions[settings], this.#site, batch);
  }

  #canTake(batch: Batch): boolean {
    return this.#now - batch.at <= 48 * HOUR_MS;
  }

  #note(sent: Sent, batch = sent.batch): void {
    if (sent.isCounted || !this.#canTake(batch)) return;
    sent.isCounted = true;
    const key = `${this.#calendar.dayOf(sent.batch.at)} ${sent.batch.pings[0]!.label}`;
    add(this.#truth, key, 1);
    if (sent.batch.page) add(this.#pageTruth, `${key} ${sent.batch.page}`, 1);
  }

  async #flush(fault: FlushFault, during: Step[]): Promise<void> {
    if (!this.#isUp) return;
    let isFirst = true;
    const db = this.#interceptBatches(async (statements) => {
      const isFaulty = isFirst;
      isFirst = false;
      if (isFaulty) for (const step of during) await this.#take(step);
      if (isFaulty && fault === "fails before commit") throw new Error("D1_ERROR: Network connection lost.");
      const results = await env.DB.batch(statements);
      if (isFaulty && fault === "answer lost after commit") throw new Error("D1_ERROR: Network connection lost.");
      await this.#expectExactReads();
      return results;
    });
    const silent = fault === "an object is silent" ? [...this.#objects][0] : undefined;
    const faulty = { ...this.#env("1", silent), DB: db };
    await Promise.all([flushAll(faulty), fault === "twice at once" ? flushAll(this.#versions.newer) : undefined]);
  }

  async #runAlarms(): Promise<void> {
    for (const object of this.#objects) await runDurableObjectAlarm(env.DAY_COUNTER.getByName(object));
  }

  async #sumUp(which: "closed days" | "all days"): Promise<void> {
    if (!this.#isUp) return;
    if (which === "closed days") await sumUpDays(this.#versions.newer, this.#now);
    else for (const day of this.#days()) await sumUpDay(env.DB, { site: this.#site, day });
  }

  async #delete({ daysAgo, what }: Extract<Step, { do: "delete" }>): Promise<void> {
    if (!this.#isUp) return;
    const day = addDays(this.#calendar.dayOf(this.#now), -daysAgo);
    const isOpen = (await listOpenDays(env.DB, { from: day, to: day })).length > 0;
    const isMeant = (key: string): boolean => key.startsWith(what === "all" ? day : `${day} ${what}`);
    const meant = [...(await this.#readStatistic())].filter(([key]) => isMeant(key));
    const label = what === "all" ? undefined : what;
    const deleted = await deleteStatistics(this.#versions.newer, { site: this.#site, label, from: day, to: day });
    expect(deleted).toBe(isOpen ? 0 : meant.length);
    if (isOpen) return;
    this.#snapshot = undefined;
    for (const [key, counter] of meant) add(this.#truth, key, -counter);
    for (const [key, counter] of this.#truth) if (counter === 0) this.#truth.delete(key);
    for (const key of this.#pageTruth.keys()) if (isMeant(key)) this.#pageTruth.delete(key);
  }

  async #restore(): Promise<void> {
    if (!this.#isUp) return;
    const now = await this.#takeSnapshot();
    if (this.#snapshot?.closed === now.closed) {
      add(tally, "D1 restored", 1);
      await env.DB.batch([...TABLES.map((table) => env.DB.prepare(`DELETE FROM ${table}`)), ...this.#snapshot.inserts]);
      await announceAgain(this.#versions.newer, this.#now);
      // Objects that should have closed by now are not asked: their alarms are overdue, and go off.
      await this.#runAlarms();
    }
    this.#snapshot = now;
  }

  async #takeSnapshot(): Promise<Snapshot> {
    const inserts: D1PreparedStatement[] = [];
    for (const table of TABLES) {
      const { results } = await env.DB.prepare(`SELECT * FROM ${table}`).all();
      for (const row of results) {
        const values = Object.values(row);
        inserts.push(env.DB.prepare(`INSERT INTO ${table} VALUES (${values.map(() => "?").join()})`).bind(...values));
      }
    }
    const { results } = await env.DB.prepare(
      "SELECT source FROM flush WHERE closed_at IS NOT NULL ORDER BY source",
    ).all();
    return { inserts, closed: JSON.stringify(results) };
  }

  /** All days that a batch can have been of. */
  #days(): Day[] {
    const days: Day[] = [];
    const last = this.#calendar.dayOf(this.#now + HOUR_MS);
    for (let day = this.#calendar.dayOf(this.#start - 50 * HOUR_MS); day <= last; day = addDays(day, 1)) days.push(day);
    return days;
  }

  /** Exact at any moment, also when something happens while it is read; but while the database is down nobody can read. */
  async #expectExactReads(during: Step[] = []): Promise<void> {
    if (!this.#isUp) return;
    add(tally, "read", 1);
    const labelsOf = (key: string): string => key.slice(11);
    expect(await this.#readLabels([...during])).toEqual(sumsOf(this.#truth, labelsOf));
    const { rows, days, labels, pages, pageRows } = await this.#query([...during]);
    expect(rows).toEqual(this.#truth);
    expect(days).toEqual(sumsOf(this.#truth, (key) => key.slice(0, 10)));
    expect(labels).toEqual(sumsOf(this.#truth, labelsOf));
    expect(pageRows).toEqual(this.#pageTruth);
    expect(pages).toEqual(sumsOf(this.#pageTruth, (key) => key.slice(13)));
  }

  /** As heat maps read. */
  async #readLabels(during: Step[]): Promise<Map<string, number>> {
    const readD1 = async () => {
      const [rows, objects] = await env.DB.batch([
        env.DB.prepare("SELECT label AS name, counter FROM statistic WHERE site = ?").bind(this.#site),
        env.DB.prepare("SELECT source, object, day, watermark FROM flush WHERE closed_at IS NULL"),
      ]);
      for (const step of during.splice(0)) await this.#take(step);
      return { rows: rows!.results as unknown as Sum[], open: objects!.results as unknown as OpenObject[] };
    };
    const { rows, tail } = await readExactly(this.#versions.newer, this.#site, () => true, readD1);
    return sumByName([...rows, ...tail.map(([, name, , , counter]) => ({ name, counter }))]);
  }

  /** As the dashboard reads. */
  async #query(
    during: Step[],
  ): Promise<Record<"rows" | "days" | "labels" | "pages" | "pageRows", Map<string, number>>> {
    const days = this.#days();
    const limit = 1_000;
    const DB = this.#interceptBatches(async (statements) => {
      const results = await env.DB.batch(statements);
      for (const step of during.splice(0)) await this.#take(step);
      return results;
    });
    const { results } = await queryExactly<Row>(
      { ...this.#versions.newer, DB },
      { site: this.#site, from: days[0]!, to: days.at(-1)! },
      (known) => [
        selectRows(env.DB, known, {}, { order: ["day", "desc"], limit }),
        selectSums(env.DB, known, {}, ["day"], { order: ["day", "asc"], limit }),
        selectSums(env.DB, known, {}, ["label"], { order: ["label", "asc"], limit }),
        selectSums(env.DB, known, { page: true }, ["page"], { order: ["page", "asc"], limit }),
        selectRows(env.DB, known, { page: true }, { order: ["day", "desc"], limit }),
      ],
    );
    const [rows, byDay, byLabel, byPage, ofPages] = results as [Row[], Row[], Row[], PageRow[], PageRow[]];
    return {
      rows: sumByName(rows.map(({ day, label, counter }) => ({ name: `${day} ${label}`, counter }))),
      days: sumByName(byDay.map(({ day, counter }) => ({ name: day, counter }))),
      labels: sumByName(byLabel.map(({ label, counter }) => ({ name: label, counter }))),
      pages: sumByName(byPage.map(({ page, counter }) => ({ name: page, counter }))),
      pageRows: sumByName(
        ofPages.map(({ day, label, page, counter }) => ({ name: `${day} ${label} ${page}`, counter })),
      ),
    };
  }

  /** D1 whose transactions go another way. */
  #interceptBatches(batch: (statements: D1PreparedStatement[]) => Promise<D1Result[]>): D1Database {
    return new Proxy(env.DB, {
      get: (target, name) => (name === "batch" ? batch : (Reflect.get(target, name).bind(target) as unknown)),
    });
  }

  async #readStatistic(): Promise<Map<string, number>> {
    const { results } = await env.DB.prepare(
      "SELECT day || ' ' || label AS name, counter FROM statistic WHERE site = ?",
    )
      .bind(this.#site)
      .all<Sum>();
    return sumByName(results);
  }

  async #readPageStatistic(): Promise<Map<string, number>> {
    const { results } = await env.DB.prepare(
      "SELECT day || ' ' || label || ' ' || page AS name, counter FROM page_statistic WHERE site = ?",
    )
      .bind(this.#site)
      .all<Sum>();
    return sumByName(results);
  }

  /** Settings as of a version; remembers whom it calls. */
  #env(shards: string, silent?: string): Env {
    const getByName = (name: string): unknown => {
      if (name === silent)
        return { readTail: () => Promise.reject(new Error("lost")) } satisfies Partial<DayCounterCalls>;
      this.#objects.add(name);
      return env.DAY_COUNTER.getByName(name);
    };
    return { ...env, SHARDS: shards, DAY_COUNTER: { getByName } } as unknown as Env;
  }
}

interface Sent {
  batch: Batch;
  isCounted: boolean;
}

/** What D1 had at a moment. */
interface Snapshot {
  inserts: D1PreparedStatement[];
  /** Which objects were closed. */
  closed: string;
}

interface Sum {
  name: string;
  counter: number;
}

interface Row {
  day: string;
  label: string;
  counter: number;
}

interface PageRow extends Row {
  page: string;
}

function sumByName(rows: Iterable<Sum>): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { name, counter } of rows) add(sums, name, counter);
  return sums;
}

function sumsOf(counts: ReadonlyMap<string, number>, nameOf: (key: string) => string): Map<string, number> {
  return sumByName([...counts].map(([key, counter]) => ({ name: nameOf(key), counter })));
}

function add(sums: Map<string, number>, key: string, count: number): void {
  sums.set(key, (sums.get(key) ?? 0) + count);
}

const numRuns = Number(env.HISTORIES);
const seed = Number(env.HISTORIES_SEED || Math.floor(Math.random() * 2 ** 31));

it(`is exact at every step of a random history (seed ${seed})`, { timeout: numRuns * 10_000 }, async () => {
  vi.spyOn(console, "error").mockImplementation(() => {});
  await fc.assert(
    fc.asyncProperty(steps, (history) => new History().run(history)),
    { numRuns, seed, endOnFailure: env.HISTORIES_SHRINK === "false" },
  );
  vi.useRealTimers();
  // oxlint-disable-next-line no-console -- npm run attack -- histories reads this line.
  console.log(`histories ${JSON.stringify({ histories, ...Object.fromEntries(tally) })}`);
});
