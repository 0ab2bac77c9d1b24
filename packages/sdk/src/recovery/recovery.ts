import { correctClockOffset, judgeAnswer, readRetryAfter } from "../protocol/retry.ts";
import { post, type Reply } from "./post.ts";
import {
  ADOPT_AFTER_MS,
  CLOCK_KEY,
  isYoung,
  OPEN_MARK,
  PREFIX,
  readOpenedAt,
  store,
  type Clock,
  type FrozenBatch,
  type Texts,
} from "./stored-batch.ts";

// What only an unlucky page needs, so only such a page loads it: one whose batch was not simply accepted, or that finds batches
// of other pages in the storage. From then on this sends what the page freezes, too.
//
// It may come late or never. Nothing depends on it: what it would send again is stored, so the next page has another try.

/** What is kept while the server does not answer; `localStorage` has 5 MB for all of an origin. */
const OUTBOX_MAX_BATCHES = 64;
/** The first pause after a failure is up to twice this, each later one up to twice the one before. */
const BACKOFF_MS = 1_000;
/** Pauses no longer grow from here. */
const BACKOFF_MAX_MS = 256_000;

/** What the page that loads this has. */
export interface Page {
  /** Where batches are sent. */
  url: string;
  /** What is not answered yet, by its key in the storage. */
  outbox: Map<string, FrozenBatch>;
  storage: Texts;
  clock: Clock;
  mayCount(): boolean | null;
  warn(kind: string, detail: unknown): void;
}

/** A try that was not simply accepted. */
export interface Failure extends Reply {
  key: string;
  batch: FrozenBatch;
  /** When it began, by the visitor's clock. */
  askedAt: number;
}

/** What the page that loads this gets. */
export interface Recovery {
  /** Sends a batch of the outbox, unless it is on its way or the server is to be left alone. */
  send(key: string, batch: FrozenBatch): Promise<void>;
  /** Sends what is in the outbox and what other pages have left, one batch after the other, until one fails. */
  sendAll(): Promise<void>;
  /** Deals with what came of a try: forgets the batch, or sees to the next try. */
  settle(failure: Failure): void;
}

/** To be called once a page. */
export function startRecovery(page: Page): Recovery {
  const { outbox, storage, url, mayCount, warn } = page;
  let backoffMs = BACKOFF_MS;
  let retryTimer: ReturnType<typeof setTimeout> | undefined;
  addEventListener("online", retryNow);
  return { send, sendAll, settle };

  async function send(key: string, batch: FrozenBatch): Promise<void> {
    if (retryTimer || !mayCount()) return;
    await (batch.sending ??= trySend(key, batch));
  }

  async function sendAll(): Promise<void> {
    adoptBatches(page);
    for (const [key, batch] of outbox) await send(key, batch);
  }

  async function trySend(key: string, batch: FrozenBatch): Promise<void> {
    const askedAt = Date.now();
    const reply = await post(url, batch.body);
    settle({ key, batch, askedAt, ...reply });
  }

  function settle(failure: Failure): void {
    const { key, batch, response } = failure;
    // An optOut() may have dropped it meanwhile.
    if (outbox.get(key) !== batch) return;
    batch.sending = undefined;
    if (isSettled(page, failure)) {
      dropBatch(key);
      backoffMs = BACKOFF_MS;
      return;
    }
    dropOldest();
    // Batches that were sent together and failed together double the pause once.
    if (retryTimer) return;
    backoffMs = Math.min(backoffMs * 2, BACKOFF_MAX_MS);
    const askedMs = readRetryAfter(response?.headers.get("Retry-After") ?? null);
    retryTimer = setTimeout(retryNow, askedMs + backoffMs * Math.random());
  }

  /** Ends the pause after a failure and sends at once. */
  function retryNow(): void {
    clearTimeout(retryTimer);
    retryTimer = undefined;
    void sendAll();
  }

  /** Keeps the outbox within its limit. */
  function dropOldest(): void {
    const [oldest] = outbox.keys();
    if (outbox.size <= OUTBOX_MAX_BATCHES) return;
    warn("not counted", outbox.get(oldest!)?.body);
    dropBatch(oldest!);
  }

  function dropBatch(key: string): void {
    outbox.delete(key);
    delete storage[key];
  }
}

/** Whether a batch is settled. One that is not is made ready for the next try. */
function isSettled(page: Page, { key, batch, askedAt, response, answer, error }: Failure): boolean {
  const { clock, storage, warn } = page;
  const verdict = response ? judgeAnswer(response.status, answer, true) : "retry";
  if (verdict == "retry") {
    warn("not sent", error ?? `status ${response!.status}`);
    return false;
  }
  learnClock(page, answer!.now!, askedAt);
  if (verdict == "settled") {
    const problem = answer!.error ?? answer!.rejected?.[0];
    if (problem) warn("refused", problem);
    return true;
  }
  // The id stays: should the batch have counted after all, it does not count again. The first "at" is its own.
  const at = Math.min(readOpenedAt(key), Date.now()) + clock.offsetMs;
  batch.body = batch.body.replace(/"at":\d+/, `"at":${at}`);
  store(storage, key, batch.body);
  return false;
}

/** Learns from an answer that says the server's time. It is stored, so that also the next page's first batch has the right day. */
function learnClock({ clock, storage }: Page, now: number, askedAt: number): void {
  clock.offsetMs = correctClockOffset(clock.offsetMs, now, askedAt, Date.now());
  // Another tab may have stored another one, before the clock was set.
  if (clock.offsetMs != (Number(storage[CLOCK_KEY]) || 0)) store(storage, CLOCK_KEY, `${clock.offsetMs}`);
}

/** Takes over what other pages have frozen, and what they left open: a page that lives would have frozen it by now. */
function adoptBatches({ outbox, storage, url }: Page): void {
  // oxlint-disable-next-line unicorn/no-array-sort -- toSorted() is too new for some pages
  for (const key of Object.keys(storage).sort()) {
    if (!key.startsWith(PREFIX) || !key.endsWith(` ${url}`) || outbox.has(key)) continue;
    const text = storage[key]!;
    if (text.startsWith(OPEN_MARK) && isYoung(key, ADOPT_AFTER_MS)) continue;
    const body = text.slice(text.indexOf("{"));
    // A page that lives after all, because the clock was wrong for a moment, sees that it is frozen, and adds no more.
    store(storage, key, body);
    outbox.set(key, { body });
  }
}
