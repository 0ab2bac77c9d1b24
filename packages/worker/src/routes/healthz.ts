import type { Context } from "hono";
import type { Env } from "../env.ts";
import { logError } from "../log.ts";
import { findCaller } from "../http/guards/callers.ts";
import { limitReads } from "../http/guards/rate-limit.ts";
import { callObject } from "../counting/call-day-counter.ts";
import { TAIL_MAX_ROWS } from "../counting/flush.ts";
import { flushAfterMs } from "../model/flush-due.ts";
import type { AppEnv } from "../http/context.ts";
import type { Caller } from "../model/access-token.ts";
import type { OpenObject } from "../model/counts.ts";
import { listOpenObjects } from "../d1/objects.ts";

/** The Cron Trigger comes every 2 minutes. If a flush is overdue by five times as much, the trigger has stopped. */
const OVERDUE_MS = 10 * 60_000;

/**
 * `GET /healthz`: the age of the oldest count that D1 does not have, and the objects that do not answer or have lost their journal. 503 if
 * there are any, if the database does not answer, or if a flush is overdue by ten minutes.
 *
 * For a viewer of all sites every open object is asked. For anybody else it is one for each day: a stranger's request must not cause 64 a day.
 */
export async function healthz(c: Context<AppEnv>): Promise<Response> {
  const now = Date.now();
  await limitReads(c);
  // Checking a session needs D1, which may be down.
  const found = await findCaller(c).catch(() => undefined);
  const isStranger = !found?.ok || !isViewerOfAll(found.caller);
  const all = await listOpenObjects(c.env.DB).catch((error: unknown) => logError("health_failed", error));
  const open = all && isStranger ? pickOneADay(all) : all;
  const ages = await Promise.all((open ?? []).map((object) => readAge(c.env, object, now)));
  const silent = (open ?? []).flatMap(({ object }, index) => (ages[index] === "silent" ? object : []));
  const answers = ages.filter((age) => age !== "silent");
  const oldest = Math.max(0, ...answers.map(({ ms }) => ms));
  const ok = open !== undefined && silent.length == 0 && answers.every(({ ms, dueMs }) => ms <= dueMs + OVERDUE_MS);
  c.header("cache-control", "no-store");
  return c.json(
    {
      ok,
      database: open !== undefined,
      silent,
      // Unknown without D1's list of objects.
      oldest_unflushed_seconds: open && Math.round(oldest / 1000),
      now,
    },
    ok ? 200 : 503,
  );
}

function isViewerOfAll({ role, site, view }: Caller): boolean {
  return role != "counter" && site === undefined && view === undefined;
}

function pickOneADay(objects: readonly OpenObject[]): OpenObject[] {
  const days = Map.groupBy(objects, ({ day }) => day).values();
  return [...days].map((ofDay) => ofDay[Math.floor(Math.random() * ofDay.length)]!);
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
