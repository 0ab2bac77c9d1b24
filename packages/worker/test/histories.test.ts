import { addDays, Calendar, makeBatchId, type Batch } from "@tracker/sdk/protocol";
import { evictAllDurableObjects, runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import fc from "fast-check";
import { expect, it, vi } from "vitest";
import { countBatch } from "../src/counting/count-batch.ts";
import type { Env } from "../src/env.ts";
import { flushAll } from "../src/counting/flush.ts";
import { readExactly } from "../src/statistics/read.ts";
import type { DayCounterCalls } from "../src/counting/contract.ts";
import type { OpenObject } from "../src/model/counts.ts";
import { listOpenObjects } from "../src/d1/objects.ts";

/**
 * Random histories of one tracker, step by step, against a plain map of what must be counted. The map knows each batch that was
 * delivered while it could be taken, once, by the day of its `at`.
 */
type Step =
  | { do: "ping"; label: string; ageHours: number; fate: Fate; settings: Settings }
  /** Sends an earlier batch again, perhaps days later. */
  | { do: "retry"; which: number; settings: Settings }
  /** All objects lose what they have in memory. */
  | { do: "evict" }
  /** Moves tails to D1; what is `during` it happens when the tails are read and D1 is about to be written. */
  | { do: "flush"; fault: FlushFault; during: Step[] }
  | { do: "wait"; hours: number }
  /** The tables that the objects announce themselves in are away, or back. */
  | { do: "database"; isUp: boolean }
  | { do: "alarms" };

type Fate = "answered" | "answer lost" | "request lost" | "sent twice at once";
/** Which of two deployed versions takes the request; the older is there only before the number of shards changes. */
type Settings = "older" | "newer";
type FlushFault = "none" | "fails before commit" | "answer lost after commit" | "twice at once" | "an object is silent";

const HOUR_MS = 3_600_000;
const SHARDS_CHANGE_AFTER_DAYS = 2;

const simple = [
  fc.record({
    do: fc.constant("ping" as const),
    label: fc.constantFrom("a", "b", "c"),
    ageHours: fc.oneof(fc.constant(0), fc.constantFrom(-0.08, 1, 13, 30, 47.9, 49)),
    fate: fc.constantFrom<Fate>("answered", "answer lost", "request lost", "sent twice at once"),
    settings: fc.constantFrom<Settings>("older", "newer"),
  }),
  fc.record({
    do: fc.constant("retry" as const),
    which: fc.nat({ max: 20 }),
    settings: fc.constantFrom<Settings>("older", "newer"),
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

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    ...simple.map((arbitrary) => ({ arbitrary, weight: 2 })),
    { arbitrary: simple[0]!, weight: 4 },
    { arbitrary: simple[1]!, weight: 2 },
    { arbitrary: flush, weight: 4 },
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
  readonly #sharded: string;
  #now = this.#start;
  #isUp = true;
  readonly #objects = new Set<string>();
  readonly #sent: { batch: Batch; isCounted: boolean }[] = [];
  readonly #truth = new Map<string, number>();

  constructor() {
    vi.setSystemTime(this.#now);
    this.#sharded = addDays(this.#calendar.dayOf(this.#now), SHARDS_CHANGE_AFTER_DAYS);
    this.#versions = { older: this.#env("1"), newer: this.#env(`1,${this.#sharded}:3`) };
  }

  async run(history: readonly Step[]): Promise<void> {
    for (const step of history) {
      await this.#take(step);
      await this.#expectExactReads();
    }
    await this.#take({ do: "database", isUp: true });
    await flushAll(this.#versions.newer);
    expect(await this.#readStatistic()).toEqual(this.#truth);
    // Long after, all is closed, and nothing has changed.
    await this.#take({ do: "wait", hours: 24 * 6 });
    await this.#take({ do: "alarms" });
    expect(await listOpenObjects(env.DB)).toEqual([]);
    expect(await this.#readStatistic()).toEqual(this.#truth);
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
        return this.#sent.length > 0
          ? this.#deliver(this.#sent[step.which % this.#sent.length]!, step.settings)
          : undefined;
      case "evict":
        return evictAllDurableObjects();
      case "flush":
        return this.#flush(step.fault, step.during);
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

  async #ping({ label, ageHours, fate, settings }: Extract<Step, { do: "ping" }>): Promise<void> {
    const at = this.#now - Math.round(ageHours * HOUR_MS);
    const batch = { id: makeBatchId(), at, pings: [{ label, category: "", domId: "", count: 1 }] };
    const sent = { batch, isCounted: false };
    this.#sent.push(sent);
    if (fate === "request lost") return;
    if (fate === "sent twice at once") {
      const answers = await Promise.all([this.#count(batch, settings), this.#count(batch, settings)]);
      if (this.#canTake(batch)) expect(answers.filter((answer) => answer.ok && !answer.duplicate)).toHaveLength(1);
      this.#note(sent);
    } else await this.#deliver(sent, settings);
  }

  /** The answer is what the sender would see, lost or not. */
  async #deliver(sent: { batch: Batch; isCounted: boolean }, settings: Settings): Promise<void> {
    const answer = await this.#count(sent.batch, settings);
    if (this.#canTake(sent.batch)) expect(answer).toEqual({ ok: true, duplicate: sent.isCounted });
    else expect(answer).toEqual({ ok: false, code: "too_old" });
    this.#note(sent);
  }

  #count(batch: Batch, settings: Settings): ReturnType<typeof countBatch> {
    // The older version is gone well before the day whose number of shards it does not know.
    const isOlderLive = this.#now < Date.parse(this.#sharded) - HOUR_MS;
    return countBatch(this.#versions[isOlderLive ? settings : "newer"], this.#site, batch);
  }

  #canTake(batch: Batch): boolean {
    return this.#now - batch.at <= 48 * HOUR_MS;
  }

  #note(sent: { batch: Batch; isCounted: boolean }): void {
    if (sent.isCounted || !this.#canTake(sent.batch)) return;
    sent.isCounted = true;
    const key = `${this.#calendar.dayOf(sent.batch.at)} ${sent.batch.pings[0]!.label}`;
    this.#truth.set(key, (this.#truth.get(key) ?? 0) + 1);
  }

  async #flush(fault: FlushFault, during: Step[]): Promise<void> {
    if (!this.#isUp) return;
    let isFirst = true;
    const db = new Proxy(env.DB, {
      get: (target, name) => {
        if (name !== "batch") return Reflect.get(target, name).bind(target) as unknown;
        return async (statements: D1PreparedStatement[]) => {
          const isFaulty = isFirst;
          isFirst = false;
          if (isFaulty) for (const step of during) await this.#take(step);
          if (isFaulty && fault === "fails before commit") throw new Error("D1_ERROR: Network connection lost.");
          const results = await target.batch(statements);
          if (isFaulty && fault === "answer lost after commit") throw new Error("D1_ERROR: Network connection lost.");
          await this.#expectExactReads();
          return results;
        };
      },
    });
    const silent = fault === "an object is silent" ? [...this.#objects][0] : undefined;
    const faulty = { ...this.#env("1", silent), DB: db };
    await Promise.all([flushAll(faulty), fault === "twice at once" ? flushAll(this.#versions.newer) : undefined]);
  }

  async #runAlarms(): Promise<void> {
    for (const object of this.#objects) await runDurableObjectAlarm(env.DAY_COUNTER.getByName(object));
  }

  /** Exact at any moment; but while the database is down nobody can read. */
  async #expectExactReads(): Promise<void> {
    if (!this.#isUp) return;
    add(tally, "read", 1);
    const { counted, tail } = await readExactly(this.#versions.newer, async () => {
      const [rows, objects] = await env.DB.batch([
        env.DB.prepare("SELECT day, label, counter FROM statistic WHERE site = ?").bind(this.#site),
        env.DB.prepare("SELECT source, object, day, watermark FROM flush WHERE closed_at IS NULL"),
      ]);
      return {
        counted: sumByKey(rows!.results as unknown as Row[]),
        open: objects!.results as unknown as OpenObject[],
      };
    });
    // Which day an increment belongs to is its object's affair: here only the labels' sums count.
    const sums = new Map<string, number>();
    for (const [key, counter] of counted) add(sums, key.slice(11), counter);
    for (const [site, label, , , count] of tail) if (site === this.#site) add(sums, label, count);
    const truth = new Map<string, number>();
    for (const [key, counter] of this.#truth) add(truth, key.slice(11), counter);
    expect(sums).toEqual(truth);
  }

  async #readStatistic(): Promise<Map<string, number>> {
    const { results } = await env.DB.prepare("SELECT day, label, counter FROM statistic WHERE site = ?")
      .bind(this.#site)
      .all<Row>();
    return sumByKey(results);
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

interface Row {
  day: string;
  label: string;
  counter: number;
}

function sumByKey(rows: Iterable<Row>): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { day, label, counter } of rows) add(sums, `${day} ${label}`, counter);
  return sums;
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
  // oxlint-disable-next-line no-console -- npm run chaos reads this line.
  console.log(`histories ${JSON.stringify({ histories, ...Object.fromEntries(tally) })}`);
});
