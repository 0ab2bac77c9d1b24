import { GROUP_MAX, SLOW_WINDOW_MS } from "./limits.ts";

// A pause is a gap of so many mean gaps: a steady stream (Poisson) has one that long after e³ ≈ 20 arrivals.
const PAUSE_IN_GAPS = 3;
// The mean follows about so many of the latest gaps.
const GAPS_REMEMBERED = 8;

interface Group<Item> {
  items: Item[];
  openedAt: number;
  /** When it shall be committed, if nothing else arrives. */
  dueAt: number;
  done: Promise<void>;
  settle: { resolve: () => void; reject: (error: unknown) => void };
}

/**
 * Group commit: items that arrive close together share one write.
 *
 * An item that arrives when all is quiet is written at once. Otherwise items gather until arrivals pause, GROUP_MAX wait, or
 * the first has waited `windowMs`. While one write is under way, they gather until it ends, GROUP_MAX a group at most.
 *
 * A gap is the time since the last arrival *or answer*. Many senders wait for an answer before they send again: without the answer their own
 * waiting would count as a gap, groups would wait longer for it, and so would the senders.
 */
export class GroupCommit<Item> {
  readonly #commit: (items: Item[]) => Promise<void>;
  #windowMs: number;
  #isSlow = false;
  /** Oldest first. Only the last gathers; there is more than one when writes are slower than arrivals. */
  readonly #groups: Group<Item>[] = [];
  #isCommitting = false;
  #timer: { id: ReturnType<typeof setTimeout>; firesAt: number } | undefined;
  #lastEventAt = 0;
  #meanGapMs = 0;
  #gaps = 0;

  /** `commit` writes the items durably, or throws: then every one of their callers gets the error. */
  constructor(commit: (items: Item[]) => Promise<void>, windowMs: number) {
    this.#commit = commit;
    this.#windowMs = windowMs;
  }

  /** Resolves when the item is durable. */
  add(item: Item): Promise<void> {
    const now = Date.now();
    if (now < this.#lastEventAt) this.#followClockBack(now);
    const pauseMs = this.#notePause(now);
    let group = this.#groups.at(-1);
    if (!group || group.items.length >= GROUP_MAX) this.#groups.push((group = openGroup(now)));
    group.items.push(item);
    const dueAt = group.openedAt + this.#windowMs;
    if (group.items.length >= GROUP_MAX) group.dueAt = now;
    else group.dueAt = this.#isSlow ? dueAt : Math.min(now + pauseMs, dueAt);
    this.#commitWhenDue(now);
    return group.done;
  }

  /** From now on every group waits for its whole window, so that nobody can make it write a row for every few items. */
  slowDown(): void {
    this.#isSlow = true;
    this.#windowMs = Math.max(this.#windowMs, SLOW_WINDOW_MS);
  }

  /** How long without arrivals is a pause, seen from an arrival now. */
  #notePause(now: number): number {
    const gap = now - this.#lastEventAt;
    this.#lastEventAt = now;
    if (gap >= this.#windowMs) {
      this.#gaps = 0;
      return 0;
    }
    this.#gaps = Math.min(this.#gaps + 1, GAPS_REMEMBERED);
    this.#meanGapMs += (gap - this.#meanGapMs) / this.#gaps;
    return PAUSE_IN_GAPS * this.#meanGapMs;
  }

  #commitWhenDue(now: number): void {
    const group = this.#groups[0];
    if (!group || this.#isCommitting) return;
    // Timers count whole milliseconds.
    if (group.dueAt - now < 1) {
      this.#stopTimer();
      void this.#write(this.#groups.shift()!);
      return;
    }
    // One that fires too early is set again then, which costs less than to move it with each arrival.
    if (this.#timer && this.#timer.firesAt <= group.dueAt) return;
    this.#stopTimer();
    const id = setTimeout(() => {
      this.#timer = undefined;
      const now = Date.now();
      if (now < this.#lastEventAt) this.#followClockBack(now);
      this.#commitWhenDue(now);
    }, group.dueAt - now);
    this.#timer = { id, firesAt: group.dueAt };
  }

  #stopTimer(): void {
    if (this.#timer) clearTimeout(this.#timer.id);
    this.#timer = undefined;
  }

  /** Clocks step back when they are set, and when an object moves to another machine. What waits has waited long enough. */
  #followClockBack(now: number): void {
    this.#lastEventAt = now;
    for (const group of this.#groups) group.openedAt = group.dueAt = now;
  }

  async #write(group: Group<Item>): Promise<void> {
    this.#isCommitting = true;
    try {
      await this.#commit(group.items);
      group.settle.resolve();
    } catch (error) {
      group.settle.reject(error);
    }
    this.#isCommitting = false;
    const now = Date.now();
    this.#lastEventAt = now;
    this.#commitWhenDue(now);
  }
}

function openGroup<Item>(now: number): Group<Item> {
  const { promise: done, resolve, reject } = Promise.withResolvers<void>();
  return { items: [], openedAt: now, dueAt: now, done, settle: { resolve, reject } };
}
