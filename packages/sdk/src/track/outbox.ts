import { CHOICE_KEY } from "./choice.ts";
import { ADOPT_AFTER_MS } from "./limits.ts";
import { PREFIX, storage } from "./storage.ts";

// Batches stay here until the server has answered for them.
//
// This page sends from the map. Each batch is also a key in the storage, so that the next page can send what this one could
// not. One key a batch, because tabs share the storage: of two that change one common list, one loses what the other wrote
// in between.
//
//     @tracker/sdk <opened> <id> <url> = open {…}    it still takes pings, and nobody has sent it
//     @tracker/sdk <opened> <id> <url> = {…}         it is frozen, and may have been sent
//
// <opened> is when, by the visitor's clock, in ms since epoch; {…} is the request's body.

/** What stands before the body of an open batch. */
export const OPEN_MARK = "open ";

/** A batch that takes no more pings. */
export interface FrozenBatch {
  body: string;
  /** The try under way. */
  sending?: Promise<void> | undefined;
}

/** What to send, oldest first, by its key in the storage. */
export const outbox = new Map<string, FrozenBatch>();

/** Where batches are sent; `""` before `init()`. */
export let url = "";

/** Says where to send. */
export function setEndpoint(endpoint: string): void {
  url = endpoint.replace(/\/*$/, "/track/");
}

/** When the batch with this key was opened. */
export function readOpenedAt(key: string): number {
  return Number(key.split(" ")[1]);
}

/** Whether a batch was opened less than so long ago. Not if that lies ahead: then the clock was set back since. */
export function isYoung(key: string, ms: number): boolean {
  const ageMs = Date.now() - readOpenedAt(key);
  return ageMs >= 0 && ageMs < ms;
}

/** Takes over what other pages have frozen, and what they left open: a page that lives would have frozen it by now. */
export function adoptBatches(): void {
  // oxlint-disable-next-line unicorn/no-array-sort -- toSorted() is too new for some pages
  for (const key of Object.keys(storage).sort()) {
    if (!key.startsWith(PREFIX) || !key.endsWith(` ${url}`) || outbox.has(key)) continue;
    const text = storage[key]!;
    if (!text.startsWith(OPEN_MARK) || !isYoung(key, ADOPT_AFTER_MS))
      outbox.set(key, { body: text.slice(text.indexOf("{")) });
  }
}

/** Forgets a batch that is settled. */
export function dropBatch(key: string): void {
  outbox.delete(key);
  delete storage[key];
}

/** Deletes the batches of all tabs, and all else that is stored but the visitor's choice. */
export function clearStorage(): void {
  for (const key of Object.keys(storage)) if (key.startsWith(PREFIX) && key != CHOICE_KEY) delete storage[key];
}
