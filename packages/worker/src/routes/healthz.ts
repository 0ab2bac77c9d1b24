import type { Context } from "hono";
import type { Env } from "../env.ts";
import { logError } from "../log.ts";
import { checkReader } from "../http/guards/readers.ts";
import { callObject } from "../counting/call-day-counter.ts";
import { TAIL_MAX_ROWS } from "../counting/flush.ts";
import { flushAfterMs } from "../model/flush-due.ts";
import type { AppEnv } from "../http/context.ts";
import type { OpenObject } from "../model/counts.ts";
import { listOpenObjects } from "../d1/objects.ts";

/** The Cron Trigger comes every 2 minutes. A flush that is overdue by five times as much says that it has stopped. */
const OVERDUE_MS = 10 * 60_000;

/**
 * `GET /healthz`: how old the oldest count is that D1 does not have, and which objects do not answer, or do not know their journal.
 * 503 if there is one, if the database does not answer, or if a flush is overdue by ten minutes. Who has the token is told of every
 * open object, everybody else of one of each day: one request must not become 64 a day.
 */
export async function healthz(c: Context<AppEnv>): Promise<Response> {
  const now = Date.now();
  // A session is checked by what D1 has.
  const isStranger = (await checkReader(c).catch(() => "wrong")) != "right";
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
      // Nothing is known of objects that nobody lists.
      oldest_unflushed_seconds: open && Math.round(oldest / 1000),
      now,
    },
    ok ? 200 : 503,
  );
}

function pickOneADay(objects: readonly OpenObject[]): OpenObject[] {
  const days = Map.groupBy(objects, ({ day }) => day).values();
  return [...days].map((ofDay) => ofDay[Math.floor(Math.random() * ofDay.length)]!);
}

/** Ms since the first count of an object that D1 does not have, and how many it may become. */
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
