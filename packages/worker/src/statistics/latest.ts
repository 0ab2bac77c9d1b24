import { callObject } from "../counting/call-day-counter.ts";
import type { CountedPing, RefusedPing } from "../counting/contract.ts";
import { LATEST_SHOWN } from "../counting/latest-pings.ts";
import { readConfig } from "../config/config.ts";
import { listOpenObjects } from "../d1/objects.ts";
import type { Env } from "../env.ts";
import { logError } from "../log.ts";

/** Asked at each look, which a page may repeat every two seconds. */
const OBJECTS_MAX = 8;

/** What was counted and refused last. Of a day with more shards than OBJECTS_MAX it is what some of them counted. */
export async function readLatest(env: Env, now: number): Promise<{ counted: CountedPing[]; refused: RefusedPing[] }> {
  const today = `${readConfig(env).calendar.dayOf(now)}/0`;
  const open = (await listOpenObjects(env.DB)).map(({ object }) => object).toReversed();
  const names = [...new Set([today, ...open])].slice(0, OBJECTS_MAX);
  const answers = await Promise.all(
    names.map((object) =>
      callObject(env, object, (stub) => stub.readLatest()).catch((error: unknown) => {
        logError("latest_failed", error, { object });
        return { counted: [], refused: [] };
      }),
    ),
  );
  return {
    counted: latestOf(answers.flatMap(({ counted }) => counted)),
    refused: latestOf(answers.flatMap(({ refused }) => refused)),
  };
}

function latestOf<Ping extends { at: number }>(pings: Ping[]): Ping[] {
  return pings.toSorted((one, other) => other.at - one.at).slice(0, LATEST_SHOWN);
}
