import { judgeAnswer, readRetryAfter, type BatchAnswer } from "../protocol/retry.ts";
import { mayCount } from "./choice.ts";
import { learnClock, toServerTime } from "./clock.ts";
import { BACKOFF_MAX_MS, BACKOFF_MS, OUTBOX_MAX_BATCHES, TIMEOUT_MS } from "./limits.ts";
import { adoptBatches, dropBatch, outbox, readOpenedAt, url, type FrozenBatch } from "./outbox.ts";
import { store } from "./storage.ts";
import { warn } from "./warn.ts";

let backoffMs = BACKOFF_MS;
let retryTimer: ReturnType<typeof setTimeout> | undefined;

/**
 * Sends what is in the outbox, one batch after the other, until one fails.
 *
 * @param together All at once instead: a page that is leaving may not get to send the second.
 */
export async function sendAll(together = false): Promise<void> {
  for (const [key, batch] of outbox) {
    if (retryTimer || !mayCount()) return;
    batch.sending ??= send(key, batch);
    if (!together) await batch.sending;
  }
}

/** Ends the pause after a failure and sends at once. */
export function retryNow(): Promise<void> {
  clearTimeout(retryTimer);
  retryTimer = undefined;
  return adoptAndSend();
}

/** Sends also what other pages have left. */
export function adoptAndSend(): Promise<void> {
  adoptBatches();
  return sendAll();
}

async function send(key: string, batch: FrozenBatch): Promise<void> {
  const askedAt = Date.now();
  let retryAfterMs = 0;
  try {
    const [response, answer] = await Promise.race([post(batch.body), failAfter(TIMEOUT_MS)]);
    // An optOut() may have dropped it meanwhile.
    if (outbox.get(key) !== batch) return;
    retryAfterMs = readRetryAfter(response.headers.get("Retry-After"));
    const verdict = judgeAnswer(response.status, answer, true);
    if (verdict == "retry") throw new Error(`status ${response.status}`);
    learnClock(answer.now!, askedAt);
    if (verdict == "settled") {
      const problem = answer.error ?? answer.rejected?.[0];
      if (problem) warn("refused", problem);
      dropBatch(key);
      backoffMs = BACKOFF_MS;
      return;
    }
    // The id stays: should the batch have counted after all, it does not count again. The first "at" is its own.
    const at = toServerTime(Math.min(readOpenedAt(key), Date.now()));
    batch.body = batch.body.replace(/"at":\d+/, `"at":${at}`);
    store(key, batch.body);
  } catch (error) {
    warn("not sent", error);
  }
  batch.sending = undefined;
  dropOldest();
  // Batches that were sent together and failed together double the pause once.
  if (retryTimer) return;
  backoffMs = Math.min(backoffMs * 2, BACKOFF_MAX_MS);
  retryTimer = setTimeout(retryNow, retryAfterMs + backoffMs * Math.random());
}

/** One try. Something else than a Tracker may answer, and not in JSON. */
async function post(body: string): Promise<[Response, BatchAnswer]> {
  const response = await fetch(url, { method: "POST", body, keepalive: true, credentials: "omit" });
  return [response, await response.json().catch(() => ({}))];
}

/** A timer of our own: Firefox never settles a request that ends while the page is in the back/forward cache. */
function failAfter(ms: number): Promise<never> {
  return new Promise((_, reject) => setTimeout(reject, ms, "no answer"));
}

/** Keeps the outbox within its limit. */
function dropOldest(): void {
  const [oldest] = outbox.keys();
  if (outbox.size <= OUTBOX_MAX_BATCHES) return;
  warn("not counted", outbox.get(oldest!)?.body);
  dropBatch(oldest!);
}
