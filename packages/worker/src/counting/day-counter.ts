import { DurableObject } from "cloudflare:workers";
import { makeBatchId } from "@tracker/sdk/protocol";
import { readConfig } from "../config/config.ts";
import type { Env } from "../env.ts";
import { flushObject } from "./flush.ts";
import { logError } from "../log.ts";
import { closingTimeOf, refuseForAge } from "../model/closing.ts";
import { callObject } from "./call-day-counter.ts";
import type {
  Backlog,
  CountAnswer,
  DayCounterCalls,
  Identity,
  LatestPings,
  RefusedPing,
  SiteBatch,
  SlotsAnswer,
  SlotsQuery,
  TailAnswer,
  TailQuery,
} from "./contract.ts";
import { LatestRefused, readLatestCounted } from "./latest-pings.ts";
import { OpenDay } from "./open-day.ts";
import { writeIncrements } from "./write-increments.ts";
import { SECRET_BYTES } from "../journal/bloom.ts";
import { GroupCommit } from "../journal/group-commit.ts";
import { QUICK_ROWS } from "../journal/limits.ts";
import { Journal, type Name, type State } from "../journal/journal.ts";
import { announce, closeObject } from "../d1/objects.ts";

/** How long a first answer waits for D1 to know the object; D1 being down must not hold up a ping. */
const ANNOUNCE_WAIT_MS = 1_000;
const ALARM_RETRY_MS = 10_000;

/**
 * Counts one shard of one day, durably, before it answers.
 *
 * Contract: `count` answers ok only when the batch is in the journal, in exactly one row of exactly one of the day's objects.
 * `readTail` gives for any watermark the exact sum of the rows after it. Nothing is deleted before D1 holds it.
 *
 * Why it holds: the day's number of shards is what its shard 0 was first asked for; every other object asks it before its own first
 * row, and refuses batches of senders that believe in another number, so all retries meet here.
 *
 * A row is appended in one synchronous turn, so a batch is at any moment either waiting, or in a row, and both places are looked
 * up, without an `await` between, before it is queued. A row is acknowledged only after `storage.sync()`. Everything else in memory is a cache of the journal; a failed write aborts the object, and the caches with it.
 */
export class DayCounter extends DurableObject<Env> implements DayCounterCalls {
  readonly #journal: Journal;
  readonly #commits: GroupCommit<SiteBatch>;
  /** Batches that are not durable yet, each with its group's outcome. */
  readonly #waiting = new Map<string, Promise<void>>();
  #open: OpenDay | undefined;
  /** The day's number of shards, where it is known. */
  #shards: number | undefined;
  #announcing: Promise<void> | undefined;
  #isClosing = false;
  readonly #refused = new LatestRefused();

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#journal = new Journal(ctx.storage);
    this.#commits = new GroupCommit((batches) => this.#commit(batches), readConfig(env).commitWindowMs);
    const state = this.#journal.readState(readConfig(env).shards);
    if (state) {
      this.#open = this.#load(state);
      this.#shards = state.shards;
      void this.#keepAlarm();
    }
  }

  async count(batch: SiteBatch): Promise<CountAnswer> {
    const refusal = this.#isClosing ? "too_old" : refuseForAge(batch.at, Date.now());
    if (refusal) return { ok: false, code: refusal };
    const shards = this.#shards ?? (await this.#decideShards(batch.shards));
    if (shards !== batch.shards) return { ok: false, code: "other_shards", shards };
    // From here on no `await` before it is queued.
    const waiting = this.#waiting.get(batch.id);
    const duplicate = waiting !== undefined || (this.#open?.batchIds.has(batch.id, batch.at) ?? false);
    if (waiting) await waiting;
    else if (!duplicate) {
      const durable = this.#commits.add(batch);
      this.#waiting.set(batch.id, durable);
      await durable;
    }
    // Duplicates wait too: the instance that counted the first try may have ended before it announced the object.
    if (this.#open?.state.announced === false) await (this.#announcing ??= this.#announceSoon(this.#open));
    return { ok: true, duplicate };
  }

  // Not `tail`: that is the name of a Workers handler, which cannot be called by RPC.
  async readTail(query: TailQuery): Promise<TailAnswer> {
    return this.#readTail(query);
  }

  #readTail({ source, after, maxRows, site, maxChars }: TailQuery): TailAnswer {
    const open = this.#open;
    if (open?.state.source !== source) return { gone: true };
    const { sums, upto } = open.tail.read(after, maxRows);
    return {
      gone: false,
      increments: sums.size === 0 ? [] : writeIncrements(sums, open.names, site, maxChars),
      upto,
      more: upto < open.lastRow,
    };
  }

  async readBacklog({ source, after, maxRows }: TailQuery): Promise<Backlog> {
    const open = this.#open;
    if (open?.state.source !== source) return { gone: true };
    const since = this.#journal.committedAfter(after);
    const { sums, upto } = open.tail.read(after, maxRows);
    let actions = 0;
    for (const count of sums.values()) actions += count;
    return {
      gone: false,
      since,
      names: sums.size,
      actions,
      upto,
      more: upto < open.lastRow,
      rows: open.lastRow - after,
    };
  }

  async readSlots({ source, site, maxRows }: SlotsQuery): Promise<SlotsAnswer> {
    const open = this.#open;
    if (open?.state.source !== source) return { gone: true };
    const upto = open.slots.read(maxRows);
    return { gone: false, slots: open.slots.list(site), more: upto < open.lastRow };
  }

  async readIdentity(): Promise<Identity | undefined> {
    return this.#open && { source: this.#open.state.source, shards: this.#open.state.shards };
  }

  async noteRefused(pings: readonly RefusedPing[]): Promise<void> {
    this.#refused.add(pings);
  }

  async readLatest(): Promise<LatestPings> {
    return { counted: readLatestCounted(this.#journal, this.#open?.names), refused: this.#refused.list() };
  }

  async fixShards(shards: number): Promise<number> {
    if (this.#isClosing) throw new Error("the day is closed");
    this.#shards ??= shards;
    try {
      this.#open ??= this.#create(this.#shards);
      await this.ctx.storage.sync();
    } catch (error) {
      this.ctx.abort("the number of shards could not be written");
      throw error;
    }
    return this.#shards;
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

  /** Where nothing was counted here yet: shard 0 takes the first caller's number, and keeps it with its first row; others ask it. */
  async #decideShards(shards: number): Promise<number> {
    const { day, shard } = this.#name();
    if (shard === "0") return (this.#shards = shards);
    return (this.#shards = await callObject(this.env, `${day}/0`, (stub) => stub.fixShards(shards)));
  }

  #name(): { object: string; day: string; shard: string } {
    const object = this.ctx.id.name!;
    const [day, shard] = object.split("/") as [string, string];
    return { object, day, shard };
  }

  async #commit(batches: SiteBatch[]): Promise<void> {
    try {
      const open = (this.#open ??= this.#create(this.#shards!));
      const { names, batchIds } = open;
      const sums = new Map<number, number>();
      const fresh: Name[] = [];
      for (const { keys, counts } of batches) {
        for (const [index, key] of keys.entries()) {
          const id = names.resolve(key, fresh);
          sums.set(id, (sums.get(id) ?? 0) + counts[index]!);
        }
      }
      const row = { id: open.lastRow + 1, at: Date.now(), batches: batches.map(({ id }) => id), pings: [...sums] };
      const write = (): void => {
        this.#journal.append(row, fresh);
        batchIds.add(row);
      };
      // Mostly a row is one statement, which needs no transaction around it.
      if (fresh.length > 0 || batchIds.isFullWith(row)) this.ctx.storage.transactionSync(write);
      else write();
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

  #create(shards: number): OpenDay {
    const { object, day } = this.#name();
    const closesAt = closingTimeOf(day, readConfig(this.env).calendar);
    const secret = crypto.getRandomValues(new Uint8Array(SECRET_BYTES));
    const state = { source: makeBatchId(), secret, object, shards, closesAt, announced: false };
    this.#journal.create(state);
    // Should the process end before D1 knows this object, the alarm tells it.
    void this.ctx.storage.setAlarm(Date.now() + ALARM_RETRY_MS);
    return this.#load(state);
  }

  #load(state: State): OpenDay {
    const open = new OpenDay(this.#journal, state, readConfig(this.env));
    if (open.lastRow >= QUICK_ROWS) this.#commits.slowDown();
    return open;
  }

  /** The one attempt of this instance: does not wait long, nor fail, for the alarm is set already. */
  async #announceSoon(open: OpenDay): Promise<void> {
    const announced = this.#announce(open).catch((error: unknown) => {
      logError("announce_failed", error, { object: open.state.object });
    });
    const { promise: waited, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, ANNOUNCE_WAIT_MS);
    await Promise.race([announced, waited]);
    // A timer that is left would keep the object from hibernating.
    clearTimeout(timer);
  }

  async #announce({ state }: OpenDay): Promise<void> {
    await announce(this.env.DB, [state]);
    state.announced = true;
    this.#journal.markAnnounced();
    await this.ctx.storage.setAlarm(state.closesAt);
  }

  /** Each step may be the last before a crash: the alarm comes again, and every step can be done twice. */
  async #close(open: OpenDay): Promise<void> {
    this.#isClosing = true;
    await Promise.allSettled(this.#waiting.values());
    // D1 may have been restored to a time before it knew this object.
    await announce(this.env.DB, [open.state]);
    const watermark = await flushObject(this.env, open.state, (query) => this.#readTail(query));
    await closeObject(this.env.DB, open.state.source, watermark, Date.now());
    // From here on no other turn comes between.
    if (this.#journal.lastRow() !== watermark) throw new Error("a row came while the day was closed");
    const deleted = this.ctx.storage.deleteAll();
    this.#open = undefined;
    await deleted;
  }
}
