import { encodeBatch, makeBatchId, type Batch } from "../protocol/batch.ts";
import type { Ping } from "../protocol/labels.ts";
import type { ErrorAnswer, Problem, TrackAnswer } from "../protocol/result.ts";
import { BACKOFF_MAX_MS, BACKOFF_MS, TIMEOUT_MS, UNSENT_BATCHES } from "./limits.ts";

/** A sealed batch; `tried` once it was sent, for then it may have counted. */
type Sealed = Batch & { tried?: boolean };

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
 * A batch keeps its id and its time over all tries, so the Worker counts it once however often it arrives.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  readonly #batches: Sealed[] = [];
  #sending: Promise<void> | undefined;
  #pause: ReturnType<typeof setTimeout> | undefined;
  #backoffMs = BACKOFF_MS;
  /** How far the Worker's clock is ahead. */
  #clockOffsetMs = 0;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  get isEmpty(): boolean {
    return this.#batches.length == 0;
  }

  /** Seals pings into a batch. Where too many wait, the oldest of them is dropped. */
  seal(pings: Ping[]): void {
    const { site } = this.#options;
    const id = makeBatchId();
    const at = Date.now() + this.#clockOffsetMs;
    this.#batches.push({ id, at, pings, ...(site !== undefined && { site }) });
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

  /** Gives up what waits. */
  abandon(problem: Problem): void {
    clearTimeout(this.#pause);
    this.#drop(this.#batches.splice(0), problem);
  }

  async #sendAll(): Promise<void> {
    for (let batch = this.#batches[0]; batch; batch = this.#batches[0]) {
      const pauseMs = await this.#try(batch);
      if (pauseMs !== undefined) {
        this.#pause = setTimeout(() => {
          this.#pause = undefined;
          void this.send();
        }, pauseMs);
        // A process with nothing else to do may end: close() is what waits.
        (this.#pause as { unref?: () => void }).unref?.();
        return;
      }
      // Not the first any more, if it was abandoned meanwhile.
      if (this.#batches[0] === batch) this.#batches.shift();
    }
  }

  /** Sends a batch once. Returns how long to wait before the next try; nothing when it is settled. */
  async #try(batch: Sealed): Promise<number | undefined> {
    const isFirst = !batch.tried;
    batch.tried = true;
    let retryAfterMs = 0;
    try {
      const { url, headers } = this.#options;
      const body = encodeBatch(batch);
      const response = await fetch(url, { method: "POST", headers, body, signal: AbortSignal.timeout(TIMEOUT_MS) });
      retryAfterMs = Number(response.headers.get("retry-after")) * 1000 || 0;
      const answer = (await response.json().catch(() => ({}))) as Partial<TrackAnswer & ErrorAnswer>;
      if (answer.now !== undefined) this.#clockOffsetMs = answer.now - Date.now();
      const isRefused = response.status >= 400 && response.status < 500 && ![408, 429].includes(response.status);
      if (answer.rejected || isRefused) {
        if (!isFirst || !["clock_ahead", "too_old"].includes(answer.error?.code ?? "")) {
          this.#backoffMs = BACKOFF_MS;
          this.#report(batch, response.status, answer);
          return undefined;
        }
        // Sealed by a wrong clock, and it cannot have counted before. After a pause, in case the clock is not the reason.
        this.#batches.shift();
        this.seal(batch.pings);
      }
    } catch {
      // Not reached, or no answer in time.
    }
    this.#backoffMs = Math.min(this.#backoffMs * 2, BACKOFF_MAX_MS);
    return retryAfterMs + this.#backoffMs * Math.random();
  }

  #report(batch: Batch, status: number, { error, rejected }: Partial<TrackAnswer & ErrorAnswer>): void {
    for (const { index, ...problem } of rejected ?? []) {
      this.#options.onDrop(problem, batch.pings[index]?.count ?? 1);
    }
    if (!rejected) this.#drop([batch], error ?? { code: "refused", message: `the answer is ${status}` });
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
