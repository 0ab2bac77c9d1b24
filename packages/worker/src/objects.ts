import { readConfig } from "./config.ts";
import type { DayCounterCalls } from "./day-counter/day-counter.ts";
import type { Env } from "./env.ts";

/**
 * Calls a DayCounter by its name, `<day>/<shard>`.
 *
 * Every call to one may be made twice: `count` knows its batch ids, the others change nothing. So an error that the platform calls
 * retryable, or that ended the instance (a write that failed, a deploy), is tried once more, with a fresh stub since the old one is
 * broken then; an overloaded object is left in peace.
 * https://developers.cloudflare.com/durable-objects/best-practices/error-handling/
 */
export async function callObject<Answer>(
  env: Env,
  object: string,
  call: (stub: DayCounterCalls) => Promise<Answer>,
): Promise<Answer> {
  try {
    return await call(stubOf(env, object));
  } catch (error) {
    if (!isRetryable(error)) throw error;
    return call(stubOf(env, object));
  }
}

function stubOf(env: Env, object: string): DayCounterCalls {
  const { jurisdiction, locationHint } = readConfig(env);
  const namespace = jurisdiction ? env.DAY_COUNTER.jurisdiction(jurisdiction) : env.DAY_COUNTER;
  // The stub's own type maps tuples to plain arrays.
  return namespace.getByName(object, locationHint ? { locationHint } : {}) as unknown as DayCounterCalls;
}

function isRetryable(error: unknown): boolean {
  const { retryable, durableObjectReset, overloaded } = error as Partial<Record<string, boolean>>;
  return (retryable === true || durableObjectReset === true) && overloaded !== true;
}
