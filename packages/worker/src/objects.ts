import { readConfig } from "./config.ts";
import type { DayCounter } from "./day-counter/day-counter.ts";
import type { Env } from "./env.ts";

/**
 * Calls a DayCounter by its name, `<day>/<shard>`.
 *
 * Every call to one may be made twice: `count` knows its batch ids, `tail` changes nothing. So an error that the platform calls
 * retryable is tried once more, with a fresh stub since the old one may be broken; an overloaded object is left in peace.
 * https://developers.cloudflare.com/durable-objects/best-practices/error-handling/
 */
export async function callObject<Answer>(
  env: Env,
  object: string,
  call: (stub: DurableObjectStub<DayCounter>) => Promise<Answer>,
): Promise<Answer> {
  try {
    return await call(stubOf(env, object));
  } catch (error) {
    if (!isRetryable(error)) throw error;
    return await call(stubOf(env, object));
  }
}

function stubOf(env: Env, object: string): DurableObjectStub<DayCounter> {
  const { jurisdiction, locationHint } = readConfig(env);
  const namespace = jurisdiction ? env.DAY_COUNTER.jurisdiction(jurisdiction) : env.DAY_COUNTER;
  return namespace.getByName(object, locationHint ? { locationHint } : {});
}

function isRetryable(error: unknown): boolean {
  const { retryable, overloaded } = error as { retryable?: boolean; overloaded?: boolean };
  return retryable === true && overloaded !== true;
}
