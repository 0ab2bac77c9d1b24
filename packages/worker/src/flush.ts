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
import { callObject } from "./objects.ts";
import type { TailAnswer, TailQuery } from "./day-counter/day-counter.ts";
import { keyOf } from "./day-counter/names.ts";
import type { Env } from "./env.ts";
import { logError } from "./log.ts";
import { closeGone, listObjects, listOpenObjects, moveTail, type Increment, type OpenObject } from "./statistic.ts";

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
// Objects whose tails are summed in one transaction: bounds the Worker's memory.
const OBJECTS_PER_MOVE = 8;
const ATTEMPTS = 5;

/** Flushes every open object. One that fails does not stop the others. */
export async function flushAll(env: Env): Promise<FlushReport> {
  const report: FlushReport = { statistics: 0, objects: 0, failed: [] };
  const byDay = Map.groupBy(await listOpenObjects(env.DB), ({ day }) => day);
  for (const objects of byDay.values()) {
    for (let index = 0; index < objects.length; index += OBJECTS_PER_MOVE) {
      await flushTogether(env, objects.slice(index, index + OBJECTS_PER_MOVE), askByName(env), report);
    }
  }
  return report;
}

/** Flushes one object by its own hand. Returns the watermark that D1 then has. @throws when D1 does not take it. */
export async function flushObject(
  env: Env,
  { source }: { source: string },
  tail: (query: TailQuery) => TailAnswer,
): Promise<number> {
  const report: FlushReport = { statistics: 0, objects: 0, failed: [] };
  await flushTogether(env, await listObjects(env.DB, [source]), (_, query) => tail(query), report);
  if (report.failed.length > 0) throw new Error("the last flush failed");
  return (await listObjects(env.DB, [source]))[0]?.watermark ?? -1;
}

/** The tail of an object, asked by its name. */
export function askByName(env: Env): AskTail {
  return (object, query) => callObject(env, object.object, (stub) => stub.readTail(query));
}

/** Flushes objects of one day, round by round until their tails are empty. */
async function flushTogether(env: Env, objects: OpenObject[], ask: AskTail, report: FlushReport): Promise<void> {
  let pending = objects;
  for (let attempt = 1; pending.length > 0;) {
    const tails = await askTails(env, pending, ask, report);
    const full = tails.filter(({ object, upto }) => upto > object.watermark);
    if (full.length == 0) return;
    const increments = sumIncrements(full.flatMap((tail) => tail.increments));
    const moves = full.map(({ object, upto }) => ({ source: object.source, from: object.watermark, to: upto }));
    let isMoved = false;
    let reason: unknown = new Error("other flushes were always first");
    try {
      isMoved = await moveTail(env.DB, full[0]!.object.day, moves, increments, Date.now());
    } catch (error) {
      reason = error;
    }
    if (isMoved) {
      report.statistics += increments.length;
      report.objects += full.length;
      pending = full.filter(({ more }) => more).map(({ object, upto }) => ({ ...object, watermark: upto }));
      attempt = 1;
    } else if (attempt++ < ATTEMPTS) {
      // Another was first, or D1 failed before or after its commit: its watermarks tell what is left to do.
      pending = await listObjects(
        env.DB,
        moves.map(({ source }) => source),
      ).catch(() => pending);
    } else {
      logError("flush_failed", reason, { objects: pending.map(({ object }) => object) });
      report.failed.push(...pending.map(({ object }) => object));
      return;
    }
  }
}

interface AskedTail extends Exclude<TailAnswer, { gone: true }> {
  object: OpenObject;
}

/** The tails of the objects that answer. Those that do not are reported and keep theirs. */
async function askTails(env: Env, objects: OpenObject[], ask: AskTail, report: FlushReport): Promise<AskedTail[]> {
  const tails: AskedTail[] = [];
  const gone: string[] = [];
  await Promise.all(
    objects.map(async (object) => {
      try {
        const tail = await ask(object, { source: object.source, after: object.watermark, maxRows: TAIL_MAX_ROWS });
        if (tail.gone) gone.push(object.source);
        else tails.push({ ...tail, object });
      } catch (error) {
        logError("tail_failed", error, { object: object.object });
        report.failed.push(object.object);
      }
    }),
  );
  // Closed before, and open again in a D1 that was restored to an earlier time.
  if (gone.length > 0) {
    await closeGone(env.DB, gone, Date.now()).catch((error: unknown) => logError("close_failed", error));
  }
  return tails;
}

/** One increment per key: a key costs one written row, however many objects counted it. */
function sumIncrements(increments: Iterable<Increment>): Increment[] {
  const sums = new Map<string, Increment>();
  for (const [site, label, category, domId, count] of increments) {
    const key = keyOf(site, { label, category, domId });
    const sum = sums.get(key);
    if (sum) sum[4] += count;
    else sums.set(key, [site, label, category, domId, count]);
  }
  return [...sums.values()];
}
