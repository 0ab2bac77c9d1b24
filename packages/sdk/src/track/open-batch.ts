import { makeBatchId } from "../protocol/batch.ts";
import { isYoung, OPEN_MARK, PREFIX, store } from "../recovery/stored-batch.ts";
import { options } from "./options.ts";
import { nameOfPage } from "./page-name.ts";
import { clock, send, url } from "./send.ts";
import { storage } from "./storage.ts";
import { addPing, makeTally, type Tally } from "./tally.ts";

// The batch that still takes pings.
//
// It is stored under one key, each time with more pings in it. That is safe because nobody has sent it: nothing of it can
// have counted. Once somebody may have sent it, it must not change, or what is added would be lost as a duplicate. So this
// page adds to it only while no other page may take it over, and ends it when it is sent.

/**
 * How long a page may add to its open batch. Longer than a batch stays open, because timers can be late; shorter than until
 * other pages take it over.
 */
const OWNED_MS = 90_000;

interface OpenBatch {
  key: string;
  /** The request's body, but for the pings. */
  head: string;
  /** How far the clock was believed to be wrong when it was opened. */
  offsetMs: number;
  tally: Tally;
}

/** Absent where nothing was tracked since the last one was sent. */
export let openBatch: OpenBatch | undefined;

/** What the storage has of it. */
let stored: string | undefined;

/** Adds a ping of this path to the open batch; to a new one where that is full, or not to be added to. */
export function addToOpenBatch(parts: string, count: number, path: string): void {
  const isAdded = openBatch && mayAddTo(openBatch) && addPing(openBatch.tally, parts, count);
  if (isAdded) return;
  sendOpenBatch();
  const openedAt = Date.now();
  const id = makeBatchId();
  const { offsetMs } = clock;
  const { webdriver } = navigator;
  openBatch = {
    key: `${PREFIX}${openedAt} ${id} ${url}`,
    head: JSON.stringify({ v: 1, id, at: openedAt + offsetMs, site: options.site, page: nameOfPage(path), webdriver }),
    offsetMs,
    tally: makeTally(),
  };
  stored = undefined;
  addPing(openBatch.tally, parts, count);
}

/** Whether no other page has taken the batch over, or can believe that it may, and its date is still believed. */
function mayAddTo({ key, offsetMs }: OpenBatch): boolean {
  return isYoung(key, OWNED_MS) && offsetMs == clock.offsetMs && stored == storage[key];
}

/** Stores the open batch, so that it outlives this page. */
export function storeOpenBatch(): void {
  if (openBatch) stored = store(storage, openBatch.key, OPEN_MARK + encode(openBatch));
}

/** Ends the open batch and sends it: from here on it does not change. */
export function sendOpenBatch(): void {
  if (!openBatch) return;
  send(openBatch.key, encode(openBatch));
  openBatch = undefined;
}

/** Forgets the open batch. */
export function dropOpenBatch(): void {
  openBatch = undefined;
}

/** The request's body. */
function encode({ head, tally }: OpenBatch): string {
  // Lists are written by hand: an old Prototype.js makes JSON.stringify() write them as text.
  const pings = [...tally.counts].map(([parts, count]) => `[${parts},${count}]`);
  return `${head.slice(0, -1)},"pings":[${pings.join()}]}`;
}
