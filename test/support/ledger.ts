import type { Batch } from "../../packages/sdk/src/protocol.ts";

/** What is wrong, in actions. */
export interface Verdict {
  /** Acknowledged, and not in the counts. */
  lost: number;
  /** In the counts, and sent fewer times. */
  doubled: number;
}

/**
 * The truth as the senders know it: what was acknowledged must be in the counts once; what was sent and never answered, at most
 * once, whole or not at all.
 */
export class Ledger {
  readonly batches = new Map<string, { batch: Batch; isAcknowledged: boolean }>();
  readonly #keys = new Map<string, { acknowledged: number; sent: number }>();
  pings = 0;

  send(batch: Batch): void {
    this.batches.set(batch.id, { batch, isAcknowledged: false });
    for (const { key, count } of this.#pingsOf(batch)) this.#entry(key).sent += count;
  }

  acknowledge(batch: Batch): void {
    const entry = this.batches.get(batch.id)!;
    if (entry.isAcknowledged) return;
    entry.isAcknowledged = true;
    for (const { key, count } of this.#pingsOf(batch)) {
      this.#entry(key).acknowledged += count;
      this.pings += count;
    }
  }

  /** What a DOM id's count over all days may be now. */
  rangeOf(domId: string): { acknowledged: number; sent: number } {
    const sum = { acknowledged: 0, sent: 0 };
    for (const [key, { acknowledged, sent }] of this.#keys) {
      if (!key.endsWith(`:${domId}`)) continue;
      sum.acknowledged += acknowledged;
      sum.sent += sent;
    }
    return sum;
  }

  /** Compares with the counters of D1, by `day label:category:domId`. */
  judgeCounters(counters: ReadonlyMap<string, number>): Verdict {
    const verdict = { lost: 0, doubled: 0 };
    for (const key of new Set([...this.#keys.keys(), ...counters.keys()])) {
      const { acknowledged, sent } = this.#keys.get(key) ?? { acknowledged: 0, sent: 0 };
      const counter = counters.get(key) ?? 0;
      verdict.lost += Math.max(0, acknowledged - counter);
      verdict.doubled += Math.max(0, counter - sent);
    }
    return verdict;
  }

  /** Compares with the batch ids in the journals, each as often as it stands there. Counts batches. */
  judgeBatches(ids: Iterable<string>): Verdict {
    const times = new Map<string, number>();
    for (const id of ids) times.set(id, (times.get(id) ?? 0) + 1);
    const verdict = { lost: 0, doubled: 0 };
    for (const [id, { isAcknowledged }] of this.batches) if (isAcknowledged && !times.has(id)) verdict.lost++;
    for (const [id, count] of times) verdict.doubled += this.batches.has(id) ? count - 1 : count;
    return verdict;
  }

  *#pingsOf({ at, pings }: Batch): Generator<{ key: string; count: number }> {
    const day = new Date(at).toISOString().slice(0, 10);
    for (const { label, category, domId, count } of pings) yield { key: `${day} ${label}:${category}:${domId}`, count };
  }

  #entry(key: string): { acknowledged: number; sent: number } {
    let entry = this.#keys.get(key);
    if (!entry) this.#keys.set(key, (entry = { acknowledged: 0, sent: 0 }));
    return entry;
  }
}
