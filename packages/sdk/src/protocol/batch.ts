import { collect, readPing, type CheckPing, type Ping } from "./labels.ts";
import { BATCH_MAX_PINGS, PAGE_MAX_CHARS } from "./limits.ts";
import { isPage } from "./page.ts";
import type { BatchErrorCode, Rejection, Result } from "./result.ts";

/**
 * Pings sent together. A batch counts once, however often it is sent under its `id`.
 *
 * On the wire: `{"v":1,"id":…,"at":…,"site":…,"page":…,"webdriver":true,"pings":[["label"],["label","category","domId",3]]}`.
 */
export interface Batch {
  /** 22 base64url characters: 128 random bits. */
  id: string;
  /** When the batch was opened, ms since epoch. It decides the day. A retry changes it only to correct a wrong clock. */
  at: number;
  /** A hostname; browsers leave it out, their Origin says it. */
  site?: string | undefined;
  /** The page that all of it happened on: a path, or a pattern of paths. Absent where the site does not count by page. */
  page?: string | undefined;
  /** Whether a program drives the browser: `navigator.webdriver`. */
  webdriver?: boolean | undefined;
  pings: Ping[];
}

/** A batch as it was read, with the pings that were wrong. */
export interface DecodedBatch extends Batch {
  rejected: Rejection[];
}

const VERSION = 1;
const BATCH_ID = /^[\w-]{22}$/;

/** A new random batch id: 128 bits from the platform's own generator. */
export function makeBatchId(): string {
  return btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(17))))
    .replace(/\W/g, "_")
    .slice(0, 22);
}

/** Writes a batch as JSON, leaving out empty trailing parts and counts of 1. */
export function encodeBatch({ id, at, site, page, webdriver, pings }: Batch): string {
  // Lists are written by hand: on pages with an old Prototype.js, JSON.stringify() turns a list into text.
  const head = JSON.stringify({ v: VERSION, id, at, site, page, webdriver });
  return `${head.slice(0, -1)},"pings":[${pings.map(encodePing).join()}]}`;
}

function encodePing(ping: Ping): string {
  return `[${listParts(ping)
    .map((part) => JSON.stringify(part))
    .join()}]`;
}

function listParts({ label, category, domId, count }: Ping): (string | number)[] {
  if (count > 1) return [label, category, domId, count];
  if (domId) return [label, category, domId];
  return category ? [label, category] : [label];
}

/**
 * Reads a batch from JSON text. Fields it does not know are ignored, so that a newer client can talk to an older Worker.
 * Wrong pings are reported in `rejected`; only a batch that cannot count at all fails.
 */
export function decodeBatch(text: string, check?: CheckPing): Result<DecodedBatch, BatchErrorCode> {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    return fail("bad_json", "the body is not JSON");
  }
  if (!isRecord(data)) return fail("bad_json", "the body is not a JSON object");
  const { v, id, at, site, page, webdriver, pings } = data;
  if (v !== VERSION) return fail("bad_version", `v is not ${VERSION}`);
  if (typeof id != "string" || !BATCH_ID.test(id)) return fail("bad_id", "id is not 22 base64url characters");
  if (!Number.isSafeInteger(at) || (at as number) < 0) return fail("bad_at", "at is not whole ms since epoch");
  if (site !== undefined && (typeof site != "string" || !site || site.length > 253)) {
    return fail("bad_site", "site is not a hostname");
  }
  if (page !== undefined && !isPage(page)) {
    return fail("bad_page", `page is not a path of 1 to ${PAGE_MAX_CHARS} characters`);
  }
  if (!Array.isArray(pings) || pings.length == 0) return fail("no_pings", "pings is not a list of at least one ping");
  if (pings.length > BATCH_MAX_PINGS) {
    return fail("too_many_pings", `${pings.length} pings; a batch holds at most ${BATCH_MAX_PINGS}`);
  }
  return {
    ok: true,
    value: {
      id,
      at: at as number,
      ...(site !== undefined && { site }),
      ...(page !== undefined && { page }),
      ...(webdriver === true && { webdriver }),
      ...collect(pings, readItem, check),
    },
  };
}

function readItem(item: unknown): ReturnType<typeof readPing> {
  if (!Array.isArray(item)) {
    return { ok: false, code: "bad_type", message: "a ping is a list: [label, category, domId, count]" };
  }
  if (item.length > 4) return readPing(item);
  return readPing(item.slice(0, 3), item[3]);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value == "object" && value !== null && !Array.isArray(value);
}

function fail(code: BatchErrorCode, message: string): { ok: false; code: BatchErrorCode; message: string } {
  return { ok: false, code, message };
}
