import { makeBatchId } from "../protocol/batch.ts";
import type { ErrorAnswer, Problem, TrackAnswer } from "../protocol/result.ts";
import { mayCount } from "./choice.ts";
import { BACKOFF_MAX_MS, BACKOFF_MS, OUTBOX_CHARS, TIMEOUT_MS } from "./limits.ts";
import { dropBatch, outbox, url, type Sealed } from "./outbox.ts";
import { store } from "./storage.ts";
import { guard, warn } from "./warn.ts";

let backoffMs = BACKOFF_MS;
let retryTimer: ReturnType<typeof setTimeout> | void;
/** How far the server's clock is ahead; what is sealed says its time. */
let clockOffsetMs = 0;

/** Seals a batch: gives it an id and a time, and keeps it. */
export function seal(batch: object): void {
  const id = makeBatchId();
  const at = Date.now() + clockOffsetMs;
  const key = `tracker ${url} ${at}${id}`;
  const body = JSON.stringify({ ...batch, id, at });
  outbox.set(key, { body });
  store(key, body);
}

/**
 * Sends what is in the outbox, one batch after the other, until one fails; all at once when the page is leaving, for it
 * may not get to send the second.
 */
export async function sendAll(leaving?: unknown): Promise<void> {
  for (const [key, batch] of outbox) {
    if (retryTimer || !mayCount()) return;
    batch.sending ??= send(key, batch);
    if (!leaving) await batch.sending;
  }
}

/** Sends at once, whatever pause was agreed on. */
export function retryNow(): Promise<void> {
  retryTimer = clearTimeout(retryTimer!);
  return guard("not sent", sendAll);
}

async function send(key: string, batch: Sealed): Promise<void> {
  const { body, sending } = batch;
  let retryAfterMs = 0;
  try {
    // A timer of our own: Firefox never settles a request that ends while the page is in the back/forward cache, not even
    // by its signal.
    const response = await Promise.race([
      fetch(url, { method: "POST", body, keepalive: true, credentials: "omit" }),
      new Promise<never>((_, reject) => setTimeout(reject, TIMEOUT_MS)),
    ]);
    retryAfterMs = (response.headers.get("Retry-After") as unknown as number) * 1000 || 0;
    // Not everything that answers is a tracker: a hotel's network says 200 to everything.
    const answer = (await response.json().catch(() => ({ error: response.status }))) as Partial<
      TrackAnswer & ErrorAnswer
    >;
    const { now, rejected, error = rejected?.[0] } = answer;
    if (now) clockOffsetMs = now - Date.now();
    if (rejected || /^4(?!08|29)/.test(response.status as unknown as string)) {
      // An optOut() may have dropped it meanwhile.
      if (!dropBatch(key) || sending === null || !/clock_ahead|too_old/.test((error as Problem)?.code)) {
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
    warn("not counted", oldest);
    dropBatch(oldest!);
  }
  // What failed together is one failure.
  if (retryTimer) return;
  if (backoffMs < BACKOFF_MAX_MS) backoffMs *= 2;
  retryTimer = setTimeout(retryNow, retryAfterMs + backoffMs * Math.random());
}
