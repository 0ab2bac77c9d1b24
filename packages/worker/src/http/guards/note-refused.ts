import type { Context } from "hono";
import { readConfig } from "../../config/config.ts";
import { callObject } from "../../counting/call-day-counter.ts";
import type { RefusedPing } from "../../counting/contract.ts";
import type { AppEnv } from "../context.ts";

const WAITING_MAX = 20;
const CALLS_AT_ONCE = 10;
const CALL_EACH_MS = 5_000;

// Of this isolate.
let waiting: RefusedPing[] = [];
let calls = CALLS_AT_ONCE;
let filledAt = 0;

/**
 * Tells today's first object what was refused, for "Setup & health". A flood must not cost a call each: an isolate makes ten calls at once, then
 * one in five seconds. What waits meanwhile, the latest twenty, goes with the next. A note that is lost costs nothing.
 */
export function noteRefused(c: Context<AppEnv>, code: string, message: string): void {
  const now = Date.now();
  waiting = [...waiting.slice(1 - WAITING_MAX), { at: now, sender: c.get("sender") ?? "", code, message }];
  calls = Math.min(CALLS_AT_ONCE, calls + Math.max(0, now - filledAt) / CALL_EACH_MS);
  filledAt = now;
  if (calls < 1) return;
  calls--;
  const sent = waiting;
  waiting = [];
  const today = readConfig(c.env).calendar.dayOf(now);
  c.executionCtx.waitUntil(
    callObject(c.env, `${today}/0`, (stub) => stub.noteRefused(sent)).catch(() => {
      // It counts nothing.
    }),
  );
}
