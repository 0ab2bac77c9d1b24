import { makeBatchId } from "../protocol/batch.ts";
import { storage, store } from "./storage.ts";

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
/** How far the server's clock is ahead. */
let clockOffsetMs = 0;

/** Takes over what earlier pages have left. */
export function openOutbox(endpoint: string): void {
  url = endpoint.replace(/\/*$/, "/track/");
  // oxlint-disable-next-line unicorn/no-array-sort -- toSorted() is too new for some pages
  for (const key of Object.keys(storage).sort()) {
    if (key.startsWith(`tracker ${url} `)) outbox.set(key, { body: storage[key]!, sending: null });
  }
}

/** Seals a batch: gives it an id and a time, and keeps it. */
export function seal(batch: object): void {
  const id = makeBatchId();
  const at = Date.now() + clockOffsetMs;
  const key = `tracker ${url} ${at}${id}`;
  const body = JSON.stringify({ ...batch, id, at });
  outbox.set(key, { body });
  store(key, body);
}

export function dropBatch(key: string): void {
  outbox.delete(key);
  delete storage[key];
}

/** Learns from an answer what time it is; what is sealed later says that time. */
export function learnTime(now: number): void {
  clockOffsetMs = now - Date.now();
}
