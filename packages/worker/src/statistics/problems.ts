/** Finds what is wrong with the tracker. */
import { readConfig } from "../config/config.ts";
import { callObject } from "../counting/call-day-counter.ts";
import { TAIL_MAX_ROWS } from "../counting/flush.ts";
import { listSites } from "../d1/day-sum.ts";
import { readHealthFacts } from "../d1/health-facts.ts";
import { listOpenObjects } from "../d1/objects.ts";
import type { Env } from "../env.ts";
import { logError } from "../log.ts";
import type { OpenObject } from "../model/counts.ts";
import { flushAfterMs } from "../model/flush-due.ts";
import { judgeFacts, type Problem } from "../model/problems.ts";

/** The Cron Trigger comes every 2 minutes. If a flush is overdue by five times as much, the trigger has stopped. */
const OVERDUE_MS = 10 * 60_000;

export interface Condition {
  problems: Problem[];
  /** Objects that do not answer, or have lost their journal. */
  silent: string[];
  /** The age of the oldest count that D1 does not have; nothing where D1 does not answer. */
  oldestMs: number | undefined;
}

/** @param pick Which of the open objects are asked. */
export async function findProblems(
  env: Env,
  now: number,
  pick = (objects: readonly OpenObject[]): readonly OpenObject[] => objects,
): Promise<Condition> {
  const [all, ofDatabase] = await Promise.all([listOpenObjects(env.DB), findInDatabase(env, now)]).catch(
    (error: unknown) => {
      logError("health_failed", error);
      return [undefined, ["database_silent" as const]] as const;
    },
  );
  if (!all) return { problems: [...ofDatabase], silent: [], oldestMs: undefined };
  const open = pick(all);
  const ages = await Promise.all(open.map((object) => readAge(env, object, now)));
  const silent = open.flatMap(({ object }, index) => (ages[index] === "silent" ? object : []));
  const answers = ages.filter((age) => age !== "silent");
  const problems: Problem[] = silent.length > 0 ? ["object_silent"] : [];
  if (answers.some(({ ms, dueMs }) => ms > dueMs + OVERDUE_MS)) problems.push("flush_late");
  return {
    problems: [...problems, ...ofDatabase],
    silent,
    oldestMs: Math.max(0, ...answers.map(({ ms }) => ms)),
  };
}

async function findInDatabase(env: Env, now: number): Promise<Problem[]> {
  const { plan, calendar } = readConfig(env);
  const facts = await readHealthFacts(env.DB, await listSites(env.DB), calendar.dayOf(now));
  return judgeFacts(facts, plan, now);
}

/** Age in ms of an object's oldest count that D1 does not have, and the age at which it is due to be flushed. */
async function readAge(
  env: Env,
  { object, source, watermark: after }: OpenObject,
  now: number,
): Promise<{ ms: number; dueMs: number } | "silent"> {
  try {
    const backlog = await callObject(env, object, (stub) =>
      stub.readBacklog({ source, after, maxRows: TAIL_MAX_ROWS }),
    );
    if (backlog.gone) throw new Error("the object does not know its journal");
    return { ms: now - (backlog.since ?? now), dueMs: flushAfterMs(backlog) };
  } catch (error) {
    logError("health_failed", error, { object });
    return "silent";
  }
}
