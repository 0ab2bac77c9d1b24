import type { Day } from "@tracker/sdk/protocol";
import { readConfig } from "../config/config.ts";
import type { Env } from "../env.ts";
import { logError } from "../log.ts";
import { callObject } from "../counting/call-day-counter.ts";
import { TAIL_MAX_ROWS } from "../counting/flush.ts";
import type { OpenObject } from "../model/counts.ts";
import { listSites } from "../d1/day-sum.ts";
import { readFlushStates } from "../d1/flush-states.ts";

/** An object that still counts. */
export interface ObjectHealth {
  object: string;
  day: Day;
  /** When it was flushed last, ms since epoch. */
  flushedAt: number | undefined;
  /** Actions that D1 does not have; nothing when the object does not answer. */
  unflushed: number | undefined;
}

export interface Health {
  objects: ObjectHealth[];
  flushedAt: number | undefined;
  /** Actions that D1 does not have. */
  unflushed: number;
  /** Rows that today's objects wrote: one for each group commit, one for each new name. */
  journalRows: number;
  /** Rows of today written in D1: one for each changed statistic and flush, and one for each new DOM id's index entry. */
  statisticRows: number;
}

/** Asks D1 and each open object what was flushed, and what was not. */
export async function readHealth(env: Env, now: number): Promise<Health> {
  const today = readConfig(env).calendar.dayOf(now);
  const { states, statistics, withDomId } = await readFlushStates(env.DB, await listSites(env.DB), today);
  const backlogs = await Promise.all(
    states.map((state) =>
      readBacklog(env, state).catch((error: unknown) => logError("health_failed", error, { object: state.object })),
    ),
  );
  const objects = states.map(({ object, day, flushed_at }, index) => ({
    object,
    day,
    flushedAt: flushed_at ?? undefined,
    unflushed: backlogs[index]?.actions,
  }));
  const ofToday = states.flatMap(({ day, written, watermark }, index) =>
    day === today ? [{ written, rows: backlogs[index]?.upto ?? watermark }] : [],
  );
  return {
    objects,
    flushedAt: Math.max(...objects.map(({ flushedAt = 0 }) => flushedAt), 0) || undefined,
    unflushed: objects.reduce((sum, { unflushed = 0 }) => sum + unflushed, 0),
    journalRows: ofToday.reduce((sum, { rows }) => sum + rows, statistics),
    statisticRows: ofToday.reduce((sum, { written }) => sum + written, withDomId),
  };
}

/** Actions that D1 does not have, and the object's last row. @throws if the object does not answer, or has lost its journal. */
async function readBacklog(
  env: Env,
  { object, source, watermark }: OpenObject,
): Promise<{ actions: number; upto: number }> {
  let actions = 0;
  for (let after = watermark; ;) {
    const backlog = await callObject(env, object, (stub) =>
      stub.readBacklog({ source, after, maxRows: TAIL_MAX_ROWS }),
    );
    if (backlog.gone) throw new Error("the object does not know its journal");
    actions += backlog.actions;
    after = backlog.upto;
    if (!backlog.more) return { actions, upto: after };
  }
}
