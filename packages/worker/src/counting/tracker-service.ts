import { WorkerEntrypoint } from "cloudflare:workers";
import { BATCH_MAX_PINGS, makeBatchId, parseLabels, type Rejection } from "@tracker/sdk/protocol";
import { readConfig } from "../config/config.ts";
import type { Env } from "../env.ts";
import { matchSite } from "../model/site.ts";
import { makePingCheck } from "./check-ping.ts";
import { countBatch } from "./count-batch.ts";

export interface IncrOptions {
  /** Which of SITES the pings belong to. Only if several are served. */
  site?: string;
  /**
   * Names this call, such as an order's number or a queue message's id: 1 to 500 characters. A second call with the same `key`, `at` and
   * `site` counts nothing, whatever its labels. Without a key, each call counts.
   */
  key?: string;
  /** When it happened, ms since epoch; decides the day. Default now. Needed with `key`, and the same for every try. */
  at?: number;
}

export interface IncrAnswer {
  /** How many actions this call stands for in the counts. */
  accepted: number;
  /** True if a call with the same key had been counted before. Then this call counted nothing. */
  duplicate: boolean;
  /** What is wrong with pings that were not counted. */
  rejected: Rejection[];
}

const KEY_MAX_CHARS = 500;

/**
 * What other Workers call by a service binding.
 *
 * @example await env.TRACKER.incrLabels("signup:buttons:cta|visit")
 */
export class TrackerService extends WorkerEntrypoint<Env> {
  /**
   * Counts each ping of a labels string once. Wrong pings are returned and do not cost the others.
   *
   * When a call without a key fails, it may have counted: a caller that tries again may count twice. Give a key to try again safely.
   *
   * @throws TypeError if `labels` or an option is wrong; the message says which.
   * @throws RangeError if `at` is more than 48 hours ago or 5 minutes ahead. Trying again does not help.
   * @throws Error if the counters do not answer. Try again, with a key.
   * @example await env.TRACKER.incrLabels("order:shop", { key: order.id, at: order.createdAt })
   */
  async incrLabels(labels: string, { site, key, at }: IncrOptions = {}): Promise<IncrAnswer> {
    if (typeof labels != "string") throw new TypeError("labels: not text");
    const config = readConfig(this.env);
    const known = config.sites.length == 0 ? "" : matchSite(config.sites, typeof site == "string" ? site : "");
    if (known === undefined) throw new TypeError(`site: "${site}" is not one of SITES`);
    checkKey(key, at);
    const { pings, rejected } = parseLabels(labels, makePingCheck(config, true));
    if (pings.length > BATCH_MAX_PINGS) {
      throw new TypeError(`labels: ${pings.length} pings; a call holds at most ${BATCH_MAX_PINGS}`);
    }
    let duplicate = false;
    if (pings.length > 0) {
      const id = key === undefined ? makeBatchId() : await makeKeyId(known, key);
      const answer = await countBatch(this.env, known, { id, at: at ?? Date.now(), pings });
      if (!answer.ok) {
        const limit = answer.code == "too_old" ? "more than 48 hours ago" : "more than 5 minutes ahead";
        throw new RangeError(`at: ${limit}; not counted (${answer.code})`);
      }
      ({ duplicate } = answer);
    }
    return { accepted: pings.reduce((sum, { count }) => sum + count, 0), duplicate, rejected };
  }
}

function checkKey(key: unknown, at: unknown): void {
  if (at !== undefined && !(Number.isSafeInteger(at) && (at as number) >= 0)) {
    throw new TypeError("at: not whole ms since epoch");
  }
  if (key === undefined) return;
  if (typeof key != "string" || key == "" || key.length > KEY_MAX_CHARS) {
    throw new TypeError(`key: not text of 1 to ${KEY_MAX_CHARS} characters`);
  }
  // Without it a retry after midnight would meet the next day's object, which does not know the key.
  if (at === undefined) throw new TypeError("at: missing; every try with the same key needs the same at");
}

/** A batch id that is always the same for a site and key: the first 128 bits of their SHA-256. */
async function makeKeyId(site: string, key: string): Promise<string> {
  // Neither a hostname nor a JSON text has a line break of its own.
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(`${site}\n${JSON.stringify(key)}`));
  return btoa(String.fromCharCode(...new Uint8Array(digest, 0, 17)))
    .replace(/\W/g, "_")
    .slice(0, 22);
}
