/**
 * The flush moves what DayCounters counted into D1.
 *
 * Contract: at any moment, for each key, the truth = D1's counter + the increments after D1's watermarks.
 *
 * Why it holds: increments are asked from a watermark and added in the same transaction that moves that watermark on, guarded
 * by its still being there. So each journal row is added exactly once, whether a flush is killed anywhere, runs twice, or races
 * another; the later of two finds the guard false, changes nothing, and starts again from the watermarks it then reads.
 * An answer that got lost after D1 committed is such a case too. Nothing here needs to be remembered between flushes.
 */
import type { Env } from "../env.ts";
import { logError } from "../log.ts";
import { callObject } from "./call-day-counter.ts";
import type { TailAnswer, TailQuery } from "./contract.ts";
import { readConfig } from "../config/config.ts";
import { isPastClosing } from "../model/closing.ts";
import { isFlushDue, type Unflushed } from "../model/flush-due.ts";
import type { OpenObject, WatermarkMove } from "../model/counts.ts";
import { TailSums } from "./tail-sums.ts";
import { closeGone, listObjects, listOpenObjects } from "../d1/objects.ts";
import { moveTail } from "../d1/move-tail.ts";

export interface FlushReport {
  /** Rows added to or changed in `statistic`. */
  statistics: number;
  /** Objects whose watermark moved. */
  objects: number;
  /** Objects that did not answer, or whose part D1 did not take; they keep their tails. */
  failed: string[];
}

/** Asks an object for its tail. */
type AskTail = (object: OpenObject, query: TailQuery) => TailAnswer | Promise<TailAnswer>;

/** Journal rows a tail is read by: some tens of milliseconds of an object's time. */
export const TAIL_MAX_ROWS = 5_000;
// Parts of one object's tail that go into one transaction: an hour without D1 is caught up in a few.
const PARTS_PER_MOVE = 20;
// Characters of the keys in one transaction, give or take one object's: bounds the Worker's memory and D1's time.
const MOVE_MAX_CHARS = 4_000_000;
const ATTEMPTS = 5;
const BACKOFF_MS = 50;

/** Flushes every open object. One that fails does not stop the others. */
export async function flushAll(env: Env): Promise<FlushReport> {
  const report: FlushReport = { statistics: 0, objects: 0, failed: [] };
  const byDay = Map.groupBy(await listOpenObjects(env.DB), ({ day }) => day);
  for (const objects of byDay.values()) await flushDay(env, objects, askByName(env), report);
  return report;
}

/** Flushes the days whose flush is due, as the cron does. A day's objects go together: a name of several of them is one written row. */
export async function flushDue(env: Env, now: number): Promise<FlushReport> {
  const report: FlushReport = { statistics: 0, objects: 0, failed: [] };
  const byDay = Map.groupBy(await listOpenObjects(env.DB), ({ day }) => day);
  for (const objects of byDay.values()) {
    const { answering, unflushed } = await measure(env, objects, report);
    if (isFlushDue(unflushed, now)) await flushDay(env, answering, askByName(env), report);
  }
  return report;
}

/** What a day's objects have that D1 lacks. Those that do not answer are reported. */
async function measure(
  env: Env,
  objects: OpenObject[],
  report: FlushReport,
): Promise<{ answering: OpenObject[]; unflushed: Unflushed }> {
  const unflushed: Unflushed = { since: Infinity, names: 0, rows: 0 };
  const answers = await Promise.all(
    objects.map(async (object) => {
      const { source, watermark: after } = object;
      try {
        const backlog = await callObject(env, object.object, (stub) =>
          stub.readBacklog({ source, after, maxRows: TAIL_MAX_ROWS }),
        );
        // The flush tells what to make of it.
        if (backlog.gone) unflushed.since = -Infinity;
        else {
          const { since = Infinity, names, rows } = backlog;
          unflushed.since = Math.min(unflushed.since, since);
          // A day's objects mostly have the same names.
          unflushed.names = Math.max(unflushed.names, names);
          unflushed.rows = Math.max(unflushed.rows, rows);
        }
        return object;
      } catch (error) {
        logError("tail_failed", error, { object: object.object });
        report.failed.push(object.object);
        return [];
      }
    }),
  );
  return { answering: answers.flat(), unflushed };
}

/** Flushes one object by its own hand. Returns the watermark that D1 then has. @throws when D1 does not take it. */
export async function flushObject(
  env: Env,
  { source }: { source: string },
  tail: (query: TailQuery) => TailAnswer,
): Promise<number> {
  const report: FlushReport = { statistics: 0, objects: 0, failed: [] };
  await flushDay(env, await listObjects(env.DB, [source]), (_, query) => tail(query), report);
  if (report.failed.length > 0) throw new Error("the last flush failed");
  return (await listObjects(env.DB, [source]))[0]?.watermark ?? -1;
}

/** The tail of an object, asked by its name. */
export function askByName(env: Env): AskTail {
  return (object, query) => callObject(env, object.object, (stub) => stub.readTail(query));
}

/** Flushes objects of one day, round by round until their tails are empty. */
async function flushDay(env: Env, objects: OpenObject[], ask: AskTail, report: FlushReport): Promise<void> {
  let pending = objects;
  for (let attempt = 1; pending.length > 0;) {
    const { moves, sums, left } = await gather(env, pending, ask, report);
    if (moves.length == 0) return;
    let isMoved = false;
    let reason: unknown = new Error("other flushes were always first");
    try {
      isMoved = await moveTail(env.DB, pending[0]!.day, moves, sums, Date.now());
    } catch (error) {
      reason = error;
      if (attempt < ATTEMPTS) await scheduler.wait(BACKOFF_MS * 2 ** attempt);
    }
    if (isMoved) {
      report.statistics += sums.size;
      report.objects += moves.length;
      pending = left;
      attempt = 1;
    } else if (attempt++ < ATTEMPTS) {
      // Another was first, or D1 failed before or after its commit: its watermarks tell what is left to do.
      const sources = new Set([...moves, ...left].map(({ source }) => source));
      pending = await listObjects(env.DB, [...sources]).catch(() => pending);
    } else {
      logError("flush_failed", reason, { objects: pending.map(({ object }) => object) });
      report.failed.push(...pending.map(({ object }) => object));
      return;
    }
  }
}

interface Gathered {
  moves: WatermarkMove[];
  sums: TailSums;
  /** Objects that have more, with the watermark they will have. */
  left: OpenObject[];
}

/**
 * The tails of the objects that answer, summed: a key costs one written row, however many objects counted it. One after the other,
 * since together they might not fit into memory. Those that do not answer are reported and keep their tails.
 */
async function gather(env: Env, objects: OpenObject[], ask: AskTail, report: FlushReport): Promise<Gathered> {
  const sums = new TailSums();
  const moves: WatermarkMove[] = [];
  const left: OpenObject[] = [];
  const gone: string[] = [];
  for (const object of objects) {
    let upto = object.watermark;
    let more = true;
    // Only before an object's first part: the others have mostly the same names.
    const parts = sums.chars < MOVE_MAX_CHARS ? PARTS_PER_MOVE : 0;
    try {
      for (let part = 0; more && part < parts; part++) {
        const tail = await ask(object, { source: object.source, after: upto, maxRows: TAIL_MAX_ROWS });
        if (tail.gone) {
          // Closed before, and open again in a D1 that was restored to an earlier time.
          expectClosed(env, object);
          gone.push(object.source);
          more = false;
        } else {
          sums.add(tail.increments);
          ({ upto, more } = tail);
        }
      }
      if (more) left.push({ ...object, watermark: upto });
    } catch (error) {
      logError("tail_failed", error, { object: object.object });
      report.failed.push(object.object);
    }
    if (upto > object.watermark) moves.push({ source: object.source, from: object.watermark, to: upto });
  }
  if (gone.length > 0) {
    await closeGone(env.DB, gone, Date.now()).catch((error: unknown) => logError("close_failed", error));
  }
  return { moves, sums, left };
}

/** @throws when an object that does not know its journal cannot have closed yet: then it is another object, or its storage is lost. */
export function expectClosed(env: Env, { object, day }: OpenObject): void {
  if (isPastClosing(day, readConfig(env).calendar, Date.now())) return;
  throw new Error(
    `${object} does not know its journal; did JURISDICTION change, or is this another deployment's database?`,
  );
}
