import { encodeBatch, makeBatchId, type Batch } from "../protocol/batch.ts";
import type { Ping } from "../protocol/labels.ts";
import type { Problem } from "../protocol/result.ts";
import { correctClockOffset, judgeAnswer, readRetryAfter, type BatchAnswer } from "../protocol/retry.ts";
import { BACKOFF_MAX_MS, BACKOFF_MS, CLOSING_PAUSE_MAX_MS, TIMEOUT_MS, UNSENT_BATCHES } from "./limits.ts";

interface Sealed extends Batch {
  /** When it was sealed, by this machine's clock. */
  sealedAt: number;
  /** Whether it was sent. Then it may have counted, whatever came back. */
  tried: boolean;
}

export interface OutboxOptions {
  url: string;
  headers: Record<string, string>;
  site: string | undefined;
  /** Told what will not be counted, and why. */
  onDrop: (problem: Problem, count: number) => void;
}

/**
 * Sealed batches, sent one after the other, each until it is answered.
 *
 * A batch keeps its id over all tries, so the Worker counts it once however often it arrives. What was reported as dropped is
 * never sent again.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  readonly #batches: Sealed[] = [];
  #isAbandoned = false;
  /** Ends the request that is under way. */
  #request = new AbortController();
  #sending: Promise<void> | undefined;
  #pause: ReturnType<typeof setTimeout> | undefined;
  #backoffMs = BACKOFF_MS;
  #pauseMaxMs = Infinity;
  /** How far the Worker's clock is ahead. */
  #clockOffsetMs = 0;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  get isEmpty(): boolean {
    return this.#batches.length == 0;
  }

  /** Seals pings into a batch. If too many wait, the oldest is dropped. */
  seal(pings: Ping[]): void {
    const { site } = this.#options;
    const sealedAt = Date.now();
    const at = sealedAt + this.#clockOffsetMs;
    this.#batches.push({ id: makeBatchId(), at, pings, ...(site !== undefined && { site }), sealedAt, tried: false });
    // The first may be under way.
    if (this.#batches.length > UNSENT_BATCHES) {
      this.#drop(this.#batches.splice(1, 1), { code: "too_many_unsent", message: "the Worker does not answer" });
    }
  }

  /** Sends what waits. Resolves when it is answered, or at the first failure: then it is tried again after a pause. */
  send(): Promise<void> {
    if (this.#pause !== undefined) return Promise.resolve();
    this.#sending ??= this.#sendAll().finally(() => (this.#sending = undefined));
    return this.#sending;
  }

  /** Ends the pause after a failure, and keeps later ones short. */
  hurry(): void {
    clearTimeout(this.#pause);
    this.#pause = undefined;
    this.#backoffMs = BACKOFF_MS;
    this.#pauseMaxMs = CLOSING_PAUSE_MAX_MS;
  }

  /** Gives up what waits, and the request that is under way: whether that one counted is not known. */
  abandon(problem: Problem): void {
    this.#isAbandoned = true;
    clearTimeout(this.#pause);
    this.#request.abort();
    this.#drop(this.#batches.splice(0), problem);
  }

  async #sendAll(): Promise<void> {
    for (let batch = this.#batches[0]; batch; batch = this.#batches[0]) {
      const pauseMs = await this.#try(batch);
      if (this.#isAbandoned) return;
      if (pauseMs !== undefined) {
        this.#pause = setTimeout(() => {
          this.#pause = undefined;
          void this.send();
        }, pauseMs);
        // A process with nothing else to do may end: close() is what waits.
        (this.#pause as { unref?: () => void }).unref?.();
        return;
      }
      this.#batches.shift();
    }
  }

  /** Sends a batch once. Returns how long to wait before the next try; nothing when it is settled. */
  async #try(batch: Sealed): Promise<number | undefined> {
    const mayHaveCounted = batch.tried;
    batch.tried = true;
    const request = (this.#request = new AbortController());
    const timer = setTimeout(() => request.abort(), TIMEOUT_MS);
    let retryAfterMs = 0;
    try {
      const { url, headers } = this.#options;
      const { signal } = request;
      const askedAt = Date.now();
      const response = await fetch(url, { method: "POST", headers, body: encodeBatch(batch), signal });
      const answer = (await response.json().catch(() => undefined)) as BatchAnswer | undefined;
      if (this.#isAbandoned) return undefined;
      retryAfterMs = readRetryAfter(response.headers.get("retry-after"));
      if (typeof answer?.now == "number") {
        this.#clockOffsetMs = correctClockOffset(this.#clockOffsetMs, answer.now, askedAt, Date.now());
      }
      const verdict = judgeAnswer(response.status, answer, mayHaveCounted);
      if (verdict == "settled") {
        this.#backoffMs = BACKOFF_MS;
        this.#report(batch, answer!);
        return undefined;
      }
      // After a pause, in case the clock is not the reason.
      if (verdict == "redate") batch.at = Math.min(batch.sealedAt, Date.now()) + this.#clockOffsetMs;
    } catch {
      // Not reached, or no answer in time.
    } finally {
      clearTimeout(timer);
    }
    this.#backoffMs = Math.min(this.#backoffMs * 2, BACKOFF_MAX_MS);
    return Math.min(retryAfterMs + this.#backoffMs * Math.random(), this.#pauseMaxMs);
  }

  #report(batch: Batch, { error, rejected }: BatchAnswer): void {
    for (const { index, ...problem } of rejected ?? []) {
      this.#options.onDrop(problem, batch.pings[index]?.count ?? 1);
    }
    if (error) this.#drop([batch], error);
  }

  #drop(batches: Batch[], { code, message }: Problem): void {
    for (const { pings } of batches) {
      this.#options.onDrop(
        { code, message },
        pings.reduce((sum, { count }) => sum + count, 0),
      );
    }
  }
}
