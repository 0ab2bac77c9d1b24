import type { ErrorAnswer, TrackAnswer } from "../protocol/result.ts";
import { mayCount } from "./choice.ts";
import { BACKOFF_MAX_MS, BACKOFF_MS, OUTBOX_CHARS, TIMEOUT_MS } from "./limits.ts";
import { dropBatch, learnTime, outbox, seal, url, type Sealed } from "./outbox.ts";
import { warn } from "./warn.ts";

let backoffMs = BACKOFF_MS;
let retryTimer: ReturnType<typeof setTimeout> | void;

/**
 * Sends what is in the outbox, one batch after the other, until one fails; all at once when the page is leaving, for it
 * may not get to send the second.
 */
export async function sendAll(leaving?: unknown): Promise<void> {
  for (const [key, batch] of outbox) {
    if (retryTimer || !mayCount()) return;
    batch.sending ??= send(key, batch, leaving);
    if (!leaving) await batch.sending;
  }
}

/** Sends at once, whatever pause was agreed on. */
export function retryNow(): Promise<void> {
  retryTimer = clearTimeout(retryTimer!);
  return sendAll();
}

async function send(key: string, batch: Sealed, leaving?: unknown): Promise<void> {
  let retryAfterMs = 0;
  const { body, sending } = batch;
  try {
    if (leaving && !("keepalive" in Request.prototype)) {
      // It has no answer, so the batch stays: the next page sends it again and learns that it has counted.
      navigator.sendBeacon(url, body);
      return;
    }
    // A timer of our own: Firefox never settles a request that ends while the page is in the back/forward cache, not even
    // by its signal.
    const response = await Promise.race([
      fetch(url, { method: "POST", body, keepalive: true, credentials: "omit" }),
      new Promise<never>((_, reject) => setTimeout(reject, TIMEOUT_MS)),
    ]);
    retryAfterMs = (response.headers.get("Retry-After") as unknown as number) * 1000 || 0;
    // Not everything that answers is a tracker: a hotel's network says 200 to everything.
    const answer: Promise<Partial<TrackAnswer & ErrorAnswer>> = response.json().catch(() => ({}));
    const { now, rejected, error = rejected?.[0] } = await answer;
    if (now) learnTime(now);
    if (rejected || /^4(?!08|29)/.test(response.status as unknown as string)) {
      dropBatch(key);
      if (sending === null || !/clock_ahead|too_old/.test(error?.code as string)) {
        if (error) warn("refused", error);
        backoffMs = BACKOFF_MS;
        return;
      }
      // Sealed by a wrong clock, and it cannot have counted before. After a pause, in case the clock is not the reason.
      seal(JSON.parse(body) as object);
    }
  } catch (error) {
    warn("not sent", error);
  }
  batch.sending = null;
  while (JSON.stringify([...outbox]).length > OUTBOX_CHARS) {
    const [oldest] = outbox.keys();
    warn("dropped", oldest);
    dropBatch(oldest!);
  }
  // What failed together is one failure.
  if (retryTimer) return;
  if (backoffMs < BACKOFF_MAX_MS) backoffMs *= 2;
  retryTimer = setTimeout(retryNow, retryAfterMs + backoffMs * Math.random());
}
