import type { Context } from "hono";
import { findCaller } from "../http/guards/callers.ts";
import { limitReads } from "../http/guards/rate-limit.ts";
import type { AppEnv } from "../http/context.ts";
import type { Caller } from "../model/access-token.ts";
import type { OpenObject } from "../model/counts.ts";
import { PROBLEMS } from "../model/problems.ts";
import { findProblems } from "../statistics/problems.ts";

/**
 * `GET /healthz`: what is wrong, by code; the objects that do not answer or have lost their journal, and the age of the oldest count that D1
 * does not have. 503 if anything is wrong.
 *
 * For a viewer of all sites every open object is asked. For anybody else it is one for each day: a stranger's request must not cause 64 a day.
 */
export async function healthz(c: Context<AppEnv>): Promise<Response> {
  const now = Date.now();
  await limitReads(c);
  // Checking a session needs D1, which may be down.
  const found = await findCaller(c).catch(() => undefined);
  const isStranger = !found?.ok || !isViewerOfAll(found.caller);
  const { problems, silent, oldestMs } = await findProblems(c.env, now, isStranger ? pickOneADay : undefined);
  c.header("cache-control", "no-store");
  return c.json(
    {
      ok: problems.length === 0,
      problems: problems.map((code) => ({ code, message: PROBLEMS[code] })),
      database: oldestMs !== undefined,
      silent,
      // Unknown without D1's list of objects.
      oldest_unflushed_seconds: oldestMs && Math.round(oldestMs / 1000),
      now,
    },
    problems.length === 0 ? 200 : 503,
  );
}

function isViewerOfAll({ role, site, view }: Caller): boolean {
  return role != "counter" && site === undefined && view === undefined;
}

function pickOneADay(objects: readonly OpenObject[]): OpenObject[] {
  const days = Map.groupBy(objects, ({ day }) => day).values();
  return [...days].map((ofDay) => ofDay[Math.floor(Math.random() * ofDay.length)]!);
}
