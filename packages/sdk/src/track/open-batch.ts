import { makeBatchId } from "../protocol/batch.ts";
import { toServerTime } from "./clock.ts";
import { OWNED_MS } from "./limits.ts";
import { options } from "./options.ts";
import { isYoung, OPEN_MARK, outbox, readOpenedAt, url } from "./outbox.ts";
import { nameOfPage } from "./page-name.ts";
import { PREFIX, store } from "./storage.ts";
import { addPing, makeTally, type Tally } from "./tally.ts";

// The batch that still takes pings.
//
// It is stored under one key, each time with more pings in it. That is safe because nobody has sent it: nothing of it can
// have counted. Once somebody may have sent it, it must not change, or what is added would be lost as a duplicate. So this
// page adds to it only while no other page may take it over, and freezes it before it is sent.

interface OpenBatch {
  key: string;
  id: string;
  /** By the server's clock, as far as it is known. It decides the day. */
  at: number;
  page: string | undefined;
  tally: Tally;
}

/** The path that pings are of. */
let path = "";

/** Says of which path the next pings are. What was tracked on another path must be frozen before. */
export function setPath(pathname: string): void {
  path = pathname;
}

/** Absent where nothing was tracked since the last one was frozen. */
export let openBatch: OpenBatch | undefined;

/** Adds a ping to the open batch; to a new one where that is full, or not to be added to. */
export function addToOpenBatch(lines: string, count: number): void {
  const isAdded = openBatch && mayAddTo(openBatch) && addPing(openBatch.tally, lines, count);
  if (isAdded) return;
  freezeOpenBatch();
  const openedAt = Date.now();
  const id = makeBatchId();
  openBatch = {
    key: `${PREFIX}${openedAt} ${id} ${url}`,
    id,
    at: toServerTime(openedAt),
    page: nameOfPage(path),
    tally: makeTally(),
  };
  addPing(openBatch.tally, lines, count);
}

/** Whether no other page can have taken the batch over, and its date is still believed. */
function mayAddTo({ key, at }: OpenBatch): boolean {
  return isYoung(key, OWNED_MS) && at == toServerTime(readOpenedAt(key));
}

/** Stores the open batch, so that it outlives this page. */
export function storeOpenBatch(): void {
  if (openBatch) store(openBatch.key, OPEN_MARK + encode(openBatch));
}

/** Ends the open batch: from here on it does not change, and is to be sent. */
export function freezeOpenBatch(): void {
  if (!openBatch) return;
  const body = encode(openBatch);
  outbox.set(openBatch.key, { body });
  store(openBatch.key, body);
  openBatch = undefined;
}

/** Forgets the open batch. */
export function dropOpenBatch(): void {
  openBatch = undefined;
}

/** The request's body. */
function encode({ id, at, page, tally }: OpenBatch): string {
  const head = JSON.stringify({ v: 1, id, at, site: options.site, page, webdriver: navigator.webdriver });
  // Lists are written by hand: an old Prototype.js makes JSON.stringify() write them as text.
  const pings = [...tally.counts].map(
    ([lines, count]) =>
      `[${lines
        .split("\n")
        .map((part) => JSON.stringify(part))
        .join()},${count}]`,
  );
  return `${head.slice(0, -1)},"pings":[${pings.join()}]}`;
}
