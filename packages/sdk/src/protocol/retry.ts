// What a sender does with a batch after a try, and what it learns about its clock. The page and the server client share it.
import type { ErrorAnswer, TrackAnswer } from "./result.ts";

/** What a Tracker answers to a batch. Something else may have answered: then any field may be missing or wrong. */
export type BatchAnswer = Partial<TrackAnswer & ErrorAnswer>;

/**
 * What to do with a batch:
 *
 * - `settled`: the Tracker has counted it, or refuses it for good. Forget it.
 * - `redate`: the sender's clock was wrong. Set `at` to the server's time, keep the id, and send it again after a pause.
 * - `retry`: nobody has answered for it. Send the same bytes again after a pause.
 */
export type Verdict = "settled" | "redate" | "retry";

/** Clocks are compared in whole minutes: nobody is told apart by a clock that is a little wrong. */
const CLOCK_STEP_MS = 60_000;
/** Longer than this no server is left alone; timers overflow after 24 days and would then fire at once. */
const RETRY_AFTER_MAX_MS = 3_600_000;

/**
 * Decides by the answer to a batch. Only a Tracker's own answer settles it: a proxy, a challenge page or a hotel's network
 * may answer with any status.
 *
 * A batch that is `too_old` may have been counted when it was young, so it is dated anew only if nobody can have sent it
 * before. One that is `clock_ahead` has always been ahead: no try of it can have counted.
 *
 * @param answer The body as JSON; `undefined` where it was none.
 * @param mayHaveCounted Whether anybody may have sent this batch before this try.
 */
export function judgeAnswer(status: number, answer: BatchAnswer | undefined, mayHaveCounted: boolean): Verdict {
  if (typeof answer?.now != "number") return "retry";
  if (Array.isArray(answer.rejected)) return "settled";
  const code = answer.error?.code;
  if (typeof code != "string" || !isFinal(status)) return "retry";
  const isMisdated = code == "clock_ahead" || (code == "too_old" && !mayHaveCounted);
  return isMisdated ? "redate" : "settled";
}

/** Whether a refusal with this status stands: any 4xx but "too slow" and "too many requests". */
function isFinal(status: number): boolean {
  return status >= 400 && status < 500 && status != 408 && status != 429;
}

/** How long the server asks to be left alone, in ms; 0 where it does not say so in seconds. */
export function readRetryAfter(header: string | null): number {
  return Math.min(Number(header) * 1000 || 0, RETRY_AFTER_MAX_MS);
}

/**
 * How far the server's clock is ahead of the sender's, in ms, to the minute, after an answer that says the server's time `now`.
 *
 * The server read its clock between the request and the answer, so the true value lies between `now - answeredAt` and
 * `now - askedAt`. What was believed before stays if it fits. Where the sender's clock was set back in between, the later
 * reading counts.
 */
export function correctClockOffset(offsetMs: number, now: number, askedAt: number, answeredAt: number): number {
  const corrected = Math.max(now - answeredAt, Math.min(now - askedAt, offsetMs));
  return Math.round(corrected / CLOCK_STEP_MS) * CLOCK_STEP_MS;
}
