import { addDays, Calendar, makeBatchId, type Batch, type Day } from "@tracker/sdk/protocol";
import { evictAllDurableObjects, runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, vi } from "vitest";
import { announceAgain } from "../../src/counting/announce-again.ts";
import type { DayCounterCalls } from "../../src/counting/contract.ts";
import { countBatch } from "../../src/counting/count-batch.ts";
import { flushAll } from "../../src/counting/flush.ts";
import { sumUpDay } from "../../src/d1/day-sum.ts";
import { listOpenObjects } from "../../src/d1/objects.ts";
import { listOpenDays } from "../../src/d1/write.ts";
import type { Env } from "../../src/env.ts";
import { deleteStatistics } from "../../src/statistics/delete.ts";
import { sumUpDays } from "../../src/statistics/sum-up.ts";
import { interceptBatches } from "./intercept-batches.ts";
import { queryAll, readLabels, readPageStatistic, readStatistic } from "./readings.ts";
import { restoreSnapshot, takeSnapshot, type Snapshot } from "./snapshot.ts";
import type { FlushFault, Settings, Step } from "./steps.ts";
import { add } from "./sums.ts";
import { Truth } from "./truth.ts";

/** How often each thing happened in all histories. */
export type Tally = Map<string, number>;

const HOUR_MS = 3_600_000;
const SHARDS: Record<Settings, string> = { older: "1", newer: "3" };

interface Sent {
  batch: Batch;
  isCounted: boolean;
}

/** A random history of one tracker, step by step; after each, what is read is compared with what must be counted. */
export class History {
  readonly #tally: Tally;
  readonly #site: string;
  readonly #calendar = new Calendar("UTC");
  readonly #start: number;
  readonly #versions: Record<Settings, Env>;
  #now: number;
  #isUp = true;
  readonly #objects = new Set<string>();
  readonly #sent: Sent[] = [];
  readonly #truth = new Truth();
  #snapshot: Snapshot | undefined;

  /** Each number has its own site and its own weeks, so that nothing has to be cleaned up. */
  constructor(number: number, tally: Tally) {
    this.#tally = tally;
    this.#site = `history-${number}`;
    this.#start = Date.UTC(2030, 0, 1, 12) + number * 30 * 24 * HOUR_MS;
    this.#now = this.#start;
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
    expect(await readStatistic(this.#site)).toEqual(this.#truth.rows);
    expect(await readPageStatistic(this.#site)).toEqual(this.#truth.pageRows);
  }

  async #take(step: Step): Promise<void> {
    add(this.#tally, step.do, 1);
    if (step.do === "ping") add(this.#tally, step.fate, 1);
    if (step.do === "flush") add(this.#tally, step.fault, 1);
    if (step.do === "database" && !step.isUp && this.#isUp) add(this.#tally, "database away", 1);
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
    if (page) add(this.#tally, "with a page", 1);
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
    if (shiftHours !== 0 && isSameDay) add(this.#tally, "corrected at", 1);
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
    this.#truth.count(this.#calendar.dayOf(sent.batch.at), sent.batch.pings[0]!.label, sent.batch.page);
  }

  async #flush(fault: FlushFault, during: Step[]): Promise<void> {
    if (!this.#isUp) return;
    let isFirst = true;
    const db = interceptBatches(async (statements) => {
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
    const meant = [...(await readStatistic(this.#site))].filter(([key]) => isMeant(key));
    const label = what === "all" ? undefined : what;
    const deleted = await deleteStatistics(this.#versions.newer, { site: this.#site, label, from: day, to: day });
    expect(deleted).toBe(isOpen ? 0 : meant.length);
    if (isOpen) return;
    this.#snapshot = undefined;
    this.#truth.delete(meant, isMeant);
  }

  async #restore(): Promise<void> {
    if (!this.#isUp) return;
    const now = await takeSnapshot();
    if (this.#snapshot?.closed === now.closed) {
      add(this.#tally, "D1 restored", 1);
      await restoreSnapshot(this.#snapshot);
      await announceAgain(this.#versions.newer, this.#now);
      // Objects that should have closed by now are not asked: their alarms are overdue, and go off.
      await this.#runAlarms();
    }
    this.#snapshot = now;
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
    add(this.#tally, "read", 1);
    const version = this.#versions.newer;
    expect(await readLabels(version, this.#site, this.#takeOnce(during))).toEqual(this.#truth.labels);
    const read = await queryAll(version, this.#site, this.#days(), this.#takeOnce(during));
    expect(read.rows).toEqual(this.#truth.rows);
    expect(read.days).toEqual(this.#truth.days);
    expect(read.labels).toEqual(this.#truth.labels);
    expect(read.pageRows).toEqual(this.#truth.pageRows);
    expect(read.pages).toEqual(this.#truth.pages);
  }

  /** Takes these steps when it is called first. */
  #takeOnce(steps: readonly Step[]): () => Promise<void> {
    const left = [...steps];
    return async () => {
      for (const step of left.splice(0)) await this.#take(step);
    };
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
