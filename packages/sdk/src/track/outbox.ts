import { storage } from "./storage.ts";

// Sealed batches stay here until the server has answered for them.
//
// This page sends from the map. Each batch is also a key in the storage, written before it is sent for the first time,
// so that the next page can send what this one could not. One key a batch, because tabs share the storage: of two
// that change one common list, one loses what the other wrote in between.
//
//     tracker <url> <at><id> = <body>

/** A sealed batch. */
export interface Sealed {
  body: string;
  /**
   * The try under way. `null` between tries, and when an earlier page may have made one; absent as long as nobody can have
   * sent it.
   */
  sending?: Promise<void> | null;
}

/** What to send, oldest first, by its key in the storage. */
export const outbox = new Map<string, Sealed>();

/** Where batches are sent; `""` before `init()`. */
export let url = "";

/** Takes over what earlier pages have left. */
export function openOutbox(endpoint: string): void {
  url = endpoint.replace(/\/*$/, "/track/");
  // oxlint-disable-next-line unicorn/no-array-sort -- toSorted() is too new for some pages
  for (const key of Object.keys(storage).sort()) {
    if (key.startsWith(`tracker ${url} `)) outbox.set(key, { body: storage[key]!, sending: null });
  }
}

/** Forgets a batch; false where it was forgotten before. */
export function dropBatch(key: string): boolean {
  return outbox.delete(key) && delete storage[key];
}
