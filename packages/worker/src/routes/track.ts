import {
  BATCH_MAX_BYTES,
  decodeBatch,
  makeBatchId,
  parseLabels,
  type Ping,
  type TrackAnswer,
} from "@tracker/sdk/protocol";
import type { Context } from "hono";
import type { AppEnv } from "../app.tsx";
import { isToken, readBearer } from "../auth.ts";
import { readConfig } from "../config.ts";
import { countBatch } from "../count.ts";
import type { AgeRefusal } from "../day-counter/age.ts";
import { refuse } from "../refuse.ts";
import { siteOf } from "../site.ts";

const SYNTAX = "labels=label:category:domId|label2, e.g. ?labels=signup:buttons:cta|visit\n";

/** `GET /track/?labels=a|b:category:domId`: each request that arrives counts. */
export async function trackLabels(c: Context<AppEnv>): Promise<Response> {
  c.header("cache-control", "no-store");
  const labels = c.req.query("labels");
  if (!labels) return c.text(SYNTAX);
  if (isPrefetch(c)) return c.text("prefetched: not counted\n");
  const site = await readSite(c, c.req.query("site"));
  if (site instanceof Response) return site;
  const { pings, rejected } = parseLabels(labels);
  if (pings.length > 0) {
    const answer = await countBatch(c.env, site, { id: makeBatchId(), at: Date.now(), pings });
    if (!answer.ok) return refuse(c, answer.code, AGE_MESSAGES[answer.code]);
  }
  const wrong = rejected.map(({ index, code, message }) => `ping ${index}: ${message} (${code})\n`).join("");
  return pings.length > 0 ? c.text(wrong ? `ok\n${wrong}` : "ok") : c.text(wrong || SYNTAX, 400);
}

/** `POST /track/`: a batch, counted once however often it is sent. */
export async function trackBatch(c: Context<AppEnv>): Promise<Response> {
  const body = await c.req.text();
  if (body.length > BATCH_MAX_BYTES) return refuse(c, "body_too_large", `at most ${BATCH_MAX_BYTES} bytes`);
  const decoded = decodeBatch(body);
  if (!decoded.ok) return refuse(c, decoded.code, decoded.message);
  const batch = decoded.value;
  const site = await readSite(c, batch.site);
  if (site instanceof Response) return site;
  let duplicate = false;
  if (batch.pings.length > 0) {
    const answer = await countBatch(c.env, site, batch);
    if (!answer.ok) return refuse(c, answer.code, AGE_MESSAGES[answer.code]);
    duplicate = answer.duplicate;
  }
  return c.json<TrackAnswer>({
    accepted: sumCounts(batch.pings),
    duplicate,
    rejected: batch.rejected,
    now: Date.now(),
  });
}

const AGE_MESSAGES: Record<AgeRefusal, string> = {
  clock_ahead: "at is more than 5 minutes ahead of the server's clock, see now",
  too_old: "at is more than 48 hours ago",
};

async function readSite(c: Context<AppEnv>, claimed: string | undefined): Promise<string | Response> {
  const { sites } = readConfig(c.env);
  if (sites.length == 0) return "";
  const bearer = readBearer(c);
  const isTrusted = bearer !== undefined && (await isToken(c.env, bearer));
  const site = siteOf(sites, c.req.raw.headers, claimed, isTrusted);
  return site.ok ? site.value : refuse(c, site.code, site.message);
}

/** Browsers mark what they load ahead of a click that may never come. */
function isPrefetch(c: Context): boolean {
  const purpose = c.req.header("sec-purpose") ?? c.req.header("purpose") ?? c.req.header("x-moz") ?? "";
  return /prefetch|prerender|preview/i.test(purpose);
}

function sumCounts(pings: readonly Ping[]): number {
  return pings.reduce((sum, { count }) => sum + count, 0);
}
