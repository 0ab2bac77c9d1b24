import { DurableObject } from "cloudflare:workers";
import { makeBatchId } from "@tracker/sdk/protocol";
import { readConfig } from "../config/config.ts";
import type { Env } from "../env.ts";
import { flushObject } from "./flush.ts";
import { logError } from "../log.ts";
import { closingTimeOf, refuseForAge } from "../model/closing.ts";
import type { CountAnswer, SiteBatch, TailAnswer, TailQuery } from "./contract.ts";
import { BatchIds } from "../journal/batch-ids.ts";
import { SECRET_BYTES } from "../journal/bloom.ts";
import { GroupCommit } from "../journal/group-commit.ts";
import { Journal, type Name, type State } from "../journal/journal.ts";
import { Names } from "../journal/names.ts";
import { Tail } from "../journal/tail.ts";
import type { Increment } from "../model/counts.ts";
import { announce, closeObject } from "../d1/objects.ts";

/** How long a first answer waits for D1 to know the object; D1 being down must not hold up a ping. */
const ANNOUNCE_WAIT_MS = 1_000;
/**
 * Rows of a day that may be written as soon as arrivals pause: a dollar's worth. A stream shaped to end a group every few
 * milliseconds could else write ten million; after this many, groups wait for their window.
 */
const QUICK_ROWS = 1_000_000;
const ALARM_RETRY_MS = 10_000;

/**
 * Counts one shard of one day, durably, before it answers.
 *
 * Contract: `count` answers ok only when the batch is in the journal, in exactly one row. `readTail` gives for any watermark the
 * exact sum of the rows after it. Nothing is deleted before D1 holds it.
 *
 * Why it holds: a row is appended in one synchronous turn, so a batch is at any moment either waiting, or in a row, and
 * both places are looked up, without an `await` between, before it is queued. A row is acknowledged only after
 * `storage.sync()`. Everything else in memory is a cache of the journal; a failed write aborts the object, and the caches with it.
 */
export class DayCounter extends DurableObject<Env> {
  readonly #journal: Journal;
  readonly #commits: GroupCommit<SiteBatch>;
  /** Batches that are not durable yet, each with its group's outcome. */
  readonly #waiting = new Map<string, Promise<void>>();
  #open: OpenDay | undefined;
  #announcing: Promise<void> | undefined;
  #isClosing = false;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#journal = new Journal(ctx.storage);
    this.#commits = new GroupCommit((batches) => this.#commit(batches), readConfig(env).commitWindowMs);
    const state = this.#journal.readState();
    if (state) {
      this.#open = this.#load(state);
      void this.#keepAlarm();
    }
  }

  async count(batch: SiteBatch): Promise<CountAnswer> {
    const refusal = this.#isClosing ? "too_old" : refuseForAge(batch.at, Date.now());
    if (refusal) return { ok: false, code: refusal };
    const duplicate = await this.#countOnce(batch);
    // A duplicate waits too: its first answer may have died with the instance that announced nothing yet.
    if (this.#open?.state.announced === false) await (this.#announcing ??= this.#announceSoon(this.#open));
    return { ok: true, duplicate };
  }

  /** Resolves when the batch is durable, to whether it was there already. No `await` before it is queued. */
  async #countOnce(batch: SiteBatch): Promise<boolean> {
    const waiting = this.#waiting.get(batch.id);
    if (waiting) {
      await waiting;
      return true;
    }
    if (this.#open?.batchIds.has(batch.id, batch.at)) return true;
    const durable = this.#commits.add(batch);
    this.#waiting.set(batch.id, durable);
    await durable;
    return false;
  }

  // Not `tail`: that is the name of a Workers handler, which cannot be called by RPC.
  readTail({ source, after, maxRows }: TailQuery): TailAnswer {
    const open = this.#open;
    if (open?.state.source !== source) return { gone: true };
    const { sums, upto } = open.tail.read(after, maxRows);
    const increments = Array.from(sums, ([id, count]): Increment => [...open.names.get(id), count]);
    return { gone: false, increments, upto, more: upto < open.lastRow };
  }

  readAge({ source, after }: Omit<TailQuery, "maxRows">): { since: number | undefined } {
    return { since: this.#open?.state.source === source ? this.#journal.committedAfter(after) : undefined };
  }

  /** Announces what D1 does not know yet; closes the day when nothing can arrive any more. Tries again until that is done. */
  override async alarm(): Promise<void> {
    const open = this.#open;
    if (!open) return;
    try {
      if (Date.now() >= open.state.closesAt) await this.#close(open);
      else await this.#announce(open);
    } catch (error) {
      logError("alarm_failed", error, { object: open.state.object });
      // Not by throwing: the platform gives up after six retries.
      await this.ctx.storage.setAlarm(Date.now() + ALARM_RETRY_MS);
    }
  }

  /** The platform gives up an alarm after six failures that no code could catch: whoever asks next, the cron at the latest, sets it anew. */
  async #keepAlarm(): Promise<void> {
    if ((await this.ctx.storage.getAlarm()) === null && this.#open) {
      await this.ctx.storage.setAlarm(Date.now() + ALARM_RETRY_MS);
    }
  }

  async #commit(batches: SiteBatch[]): Promise<void> {
    try {
      const open = (this.#open ??= this.#create());
      const sums = new Map<number, number>();
      const fresh: Name[] = [];
      for (const { keys, counts } of batches) {
        for (const [index, key] of keys.entries()) {
          const id = open.names.resolve(key, fresh);
          sums.set(id, (sums.get(id) ?? 0) + counts[index]!);
        }
      }
      const row = { id: open.lastRow + 1, at: Date.now(), batches: batches.map(({ id }) => id), pings: [...sums] };
      this.ctx.storage.transactionSync(() => {
        this.#journal.append(row, fresh);
        open.batchIds.add(row);
      });
      open.lastRow = row.id;
      if (row.id == QUICK_ROWS) this.#commits.slowDown();
      await this.ctx.storage.sync();
      open.tail.add(row);
    } catch (error) {
      this.ctx.abort("the journal could not be written");
      throw error;
    } finally {
      for (const { id } of batches) this.#waiting.delete(id);
    }
  }

  #create(): OpenDay {
    const object = this.ctx.id.name!;
    const day = object.slice(0, object.indexOf("/"));
    const closesAt = closingTimeOf(day, readConfig(this.env).calendar);
    const secret = crypto.getRandomValues(new Uint8Array(SECRET_BYTES));
    const state = { source: makeBatchId(), secret, object, closesAt, announced: false };
    this.#journal.create(state);
    // Should the process end before D1 knows this object, the alarm tells it.
    void this.ctx.storage.setAlarm(Date.now() + ALARM_RETRY_MS);
    return this.#load(state);
  }

  #load(state: State): OpenDay {
    const lastRow = this.#journal.lastRow();
    if (lastRow >= QUICK_ROWS) this.#commits.slowDown();
    return {
      state,
      names: new Names(this.#journal, readConfig(this.env)),
      batchIds: new BatchIds(this.#journal, state.secret),
      tail: new Tail(this.#journal),
      lastRow,
    };
  }

  /** The one attempt of this instance: does not wait long, nor fail, for the alarm is set already. */
  #announceSoon(open: OpenDay): Promise<void> {
    const announced = this.#announce(open).catch((error: unknown) => {
      logError("announce_failed", error, { object: open.state.object });
    });
    return Promise.race([announced, scheduler.wait(ANNOUNCE_WAIT_MS)]);
  }

  async #announce({ state }: OpenDay): Promise<void> {
    await announce(this.env.DB, state);
    state.announced = true;
    this.#journal.markAnnounced();
    await this.ctx.storage.setAlarm(state.closesAt);
  }

  /** Each step may be the last before a crash: the alarm comes again, and every step can be done twice. */
  async #close(open: OpenDay): Promise<void> {
    this.#isClosing = true;
    await Promise.allSettled(this.#waiting.values());
    // D1 may have been restored to a time before it knew this object.
    await announce(this.env.DB, open.state);
    const watermark = await flushObject(this.env, open.state, (query) => this.readTail(query));
    await closeObject(this.env.DB, open.state.source, watermark, Date.now());
    // From here on no other turn comes between.
    if (this.#journal.lastRow() !== watermark) throw new Error("a row came while the day was closed");
    const deleted = this.ctx.storage.deleteAll();
    this.#open = undefined;
    await deleted;
  }
}

/** What is in memory of a day that has counts. */
interface OpenDay {
  state: State;
  names: Names;
  batchIds: BatchIds;
  tail: Tail;
  lastRow: number;
}
