import { readConfig } from "../config/config.ts";
import type { Env } from "../env.ts";
import type { DayCounterCalls } from "./contract.ts";

/**
 * How long an object may take, its second try included: a hundred times what it needs when it is well. One that hangs must not hold
 * up the flush of the others, nor a read for ever; the platform itself sets no limit.
 */
export const ANSWER_WITHIN_MS = 10_000;

/**
 * Calls a DayCounter by its name, `<day>/<shard>`.
 *
 * Every call to one may be made twice: `count` knows its batch ids, the others change nothing. So an error that the platform calls
 * retryable, or that ended the instance (a write that failed, a deploy), is tried once more, with a fresh stub since the old one is
 * broken then; an overloaded object is left in peace.
 * https://developers.cloudflare.com/durable-objects/best-practices/error-handling/
 *
 * @throws what the call threw, or that no answer came in ANSWER_WITHIN_MS.
 */
export async function callObject<Answer>(
  env: Env,
  object: string,
  call: (stub: DayCounterCalls) => Promise<Answer>,
): Promise<Answer> {
  const { promise: silence, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`no answer within ${ANSWER_WITHIN_MS} ms`)), ANSWER_WITHIN_MS);
  try {
    return await Promise.race([silence, callTwice(() => call(stubOf(env, object)))]);
  } finally {
    clearTimeout(timer);
  }
}

async function callTwice<Answer>(call: () => Promise<Answer>): Promise<Answer> {
  try {
    return await call();
  } catch (error) {
    if (!isRetryable(error)) throw error;
    return call();
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
