import { failAfterTimeout, post } from "../recovery/post.ts";
import type { Failure, Recovery, startRecovery } from "../recovery/recovery.ts";
import { CLOCK_KEY, store, type Clock, type FrozenBatch } from "../recovery/stored-batch.ts";
import { mayCount } from "./choice.ts";
import { storage } from "./storage.ts";
import { warn } from "./warn.ts";

/** Loads what only an unlucky page needs. */
export type LoadRecovery = () => Promise<{ startRecovery: typeof startRecovery }>;

/** Clocks that differ by less are taken for equal: their difference is stored in whole minutes. */
const CLOCK_TOLERANCE_MS = 30_000;

/** What is not answered yet, by its key in the storage. */
export const outbox = new Map<string, FrozenBatch>();

/** Stored, so that also the first batch of a page has the right day. */
export const clock: Clock = { offsetMs: Number(storage[CLOCK_KEY]) || 0 };

/** Where batches are sent; `""` before `init()`. */
export let url = "";

let load: LoadRecovery;
let recovery: Recovery | undefined;

/** Says where to send, and how to load the rest. */
export function setEndpoint(endpoint: string, loadRecovery: LoadRecovery): void {
  url = endpoint.replace(/\/*$/, "/track/");
  load = loadRecovery;
}

/** Sends a batch, which is stored until that is answered. */
export function send(key: string, body: string): void {
  const batch: FrozenBatch = { body };
  outbox.set(key, batch);
  store(storage, key, body);
  if (recovery) void recovery.send(key, batch);
  else if (mayCount()) batch.sending = trySend(key, batch);
}

async function trySend(key: string, batch: FrozenBatch): Promise<void> {
  const askedAt = Date.now();
  const reply = await post(url, batch.body);
  // An optOut() may have dropped it meanwhile.
  if (outbox.get(key) !== batch) return;
  const { now = 0, rejected } = reply.answer ?? {};
  const clockErrorMs = now - clock.offsetMs - Date.now();
  // There is nothing to warn of, and nothing to learn about the clock.
  if (rejected?.length === 0 && Math.abs(clockErrorMs) < CLOCK_TOLERANCE_MS) {
    outbox.delete(key);
    delete storage[key];
  } else await recover({ key, batch, askedAt, ...reply });
}

/** Deals with a failure, or with what was left: by other pages, or by this one while this could not be loaded. */
export async function recover(failure?: Failure): Promise<void> {
  try {
    const module = await Promise.race([load(), failAfterTimeout()]);
    recovery ??= module.startRecovery({ url, outbox, storage, clock, mayCount, warn });
    if (failure) recovery.settle(failure);
    else await recovery.sendAll();
  } catch (error) {
    // Offline, or blocked. What is stored waits until it can be loaded, by this page or the next.
    if (failure) failure.batch.sending = undefined;
    warn("not loaded", error);
  }
}

/** Resolves when all that was sent is answered, or will be sent again. */
export async function whenSent(): Promise<void> {
  for (const { sending } of outbox.values()) await sending;
}
