import {
  BATCH_MAX_BYTES,
  BATCH_MAX_PINGS,
  decodeBatch,
  makeBatchId,
  parseLabels,
  type Ping,
  type Rejection,
  type TrackAnswer,
} from "@tracker/sdk/protocol";
import type { Context } from "hono";
import { invalidTraffic, readSender } from "../http/guards/senders.ts";
import { readConfig } from "../config/config.ts";
import { countBatch } from "../counting/count-batch.ts";
import type { AgeRefusal } from "../model/closing.ts";
import { orRefuse, Refusal } from "../http/refuse.ts";
import { noteRefused } from "../http/guards/note-refused.ts";
import { countRefused } from "../http/guards/count-refused.ts";
import { makePingCheck } from "../counting/check-ping.ts";
import { siteOf } from "../model/site.ts";
import { addressOf } from "../http/guards/rate-limit.ts";
import type { AppEnv } from "../http/context.ts";

const SYNTAX = "labels=label:category:domId|label2, e.g. ?labels=signup:buttons:cta|visit\n";

/** Pings of a GET without the token: any picture in a page can be one, and it counts at each view. */
const GET_MAX_PINGS = 10;

/** `GET /track/?labels=a|b:category:domId`: each request that arrives counts. */
export async function trackLabels(c: Context<AppEnv>): Promise<Response> {
  c.header("cache-control", "no-store");
  if (c.req.method == "HEAD") throw new Refusal("method_not_allowed", "HEAD counts nothing");
  const labels = c.req.query("labels");
  if (!labels) return c.text(SYNTAX);
  if (labels.length > BATCH_MAX_BYTES) throw new Refusal("body_too_large", `at most ${BATCH_MAX_BYTES} bytes`);
  const config = readConfig(c.env);
  const site = readSender(
    c,
    siteOf(config.sites, c.get("sender"), c.req.query("site"), c.get("isTrusted"), c.get("caller")?.site),
  );
  const { pings, rejected } = parseLabels(labels, makePingCheck(config, c.get("isTrusted")));
  const most = c.get("isTrusted") ? BATCH_MAX_PINGS : GET_MAX_PINGS;
  if (pings.length > most) throw new Refusal("too_many_pings", `${pings.length} pings; a GET holds at most ${most}`);
  noteRejected(c, site, rejected);
  if (pings.length > 0) {
    const answer = await countBatch(c.env, site, { id: makeBatchId(), at: Date.now(), pings });
    if (!answer.ok) throw new Refusal(answer.code, AGE_MESSAGES[answer.code]);
  }
  const wrong = rejected.map(({ index, code, message }) => `ping ${index}: ${message} (${code})\n`).join("");
  return pings.length > 0 ? c.text(wrong ? `ok\n${wrong}` : "ok") : c.text(wrong || SYNTAX, 400);
}

// One transparent pixel.
const GIF = Uint8Array.from(atob("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"), (c) => c.charCodeAt(0));

/** `GET /track.gif?labels=…`: the same as an image, for pages without scripts. */
export async function trackImage(c: Context<AppEnv>): Promise<Response> {
  const answer = await trackLabels(c);
  if (!answer.ok || !c.req.query("labels")) return answer;
  return c.body(GIF, 200, { "content-type": "image/gif" });
}

/** `POST /track/`: a batch, counted once however often it is sent. */
export async function trackBatch(c: Context<AppEnv>): Promise<Response> {
  const encoding = c.req.header("content-encoding");
  if (encoding && encoding != "identity") {
    throw new Refusal("encoding_unsupported", `content-encoding: ${encoding}; send the JSON as it is`);
  }
  const config = readConfig(c.env);
  const decoded = decodeBatch(await c.req.text(), makePingCheck(config, c.get("isTrusted")));
  const { rejected, webdriver, ...batch } = orRefuse(decoded);
  const site = readSender(
    c,
    siteOf(config.sites, c.get("sender"), batch.site, c.get("isTrusted"), c.get("caller")?.site),
  );
  if (webdriver && !c.get("isTrusted") && !config.countBots && addressOf(c.env, c.req.raw.headers) !== undefined) {
    throw invalidTraffic(c, site, "bot");
  }
  noteRejected(c, site, rejected);
  let duplicate = false;
  if (batch.pings.length > 0) {
    const answer = await countBatch(c.env, site, batch);
    if (!answer.ok) throw new Refusal(answer.code, AGE_MESSAGES[answer.code]);
    duplicate = answer.duplicate;
  }
  return c.json<TrackAnswer>({ accepted: sumCounts(batch.pings), duplicate, rejected, now: Date.now() });
}

const AGE_MESSAGES: Record<AgeRefusal, string> = {
  clock_ahead: "at is more than 5 minutes ahead of the server's clock, see now",
  too_old: "at is more than 48 hours ago",
};

function noteRejected(c: Context<AppEnv>, site: string, rejected: readonly Rejection[]): void {
  const count = rejected.filter(({ code }) => code == "label_not_listed").length;
  if (count > 0) countRefused(c, site, "label_not_listed", count);
  const [first] = rejected;
  if (first)
    noteRefused(c, first.code, `${rejected.length} of the request's pings; ping ${first.index}: ${first.message}`);
}

function sumCounts(pings: readonly Ping[]): number {
  return pings.reduce((sum, { count }) => sum + count, 0);
}
