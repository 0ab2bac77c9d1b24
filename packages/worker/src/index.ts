import { WorkerEntrypoint } from "cloudflare:workers";
import { makeBatchId, parseLabels, type Rejection } from "@tracker/sdk/protocol";
import { app } from "./app.ts";
import { readConfig } from "./config/config.ts";
import { countBatch } from "./counting/count-batch.ts";
import type { Env } from "./env.ts";
import { flushAll } from "./counting/flush.ts";
import { prune } from "./statistics/retention.ts";
import { makeScreen } from "./counting/check-ping.ts";
import { matchSite } from "./model/site.ts";
import { isFirstOfHour, sumUpDays } from "./statistics/sum-up.ts";

export { DayCounter } from "./counting/day-counter.ts";

export default {
  fetch: app.fetch,
  async scheduled({ scheduledTime }, env) {
    const { failed } = await flushAll(env);
    await prune(env, Date.now());
    if (isFirstOfHour(scheduledTime)) await sumUpDays(env, Date.now());
    if (failed.length > 0) throw new Error(`not flushed, kept for the next time: ${failed.join(", ")}`);
  },
} satisfies ExportedHandler<Env>;

/**
 * What other Workers call by a service binding.
 *
 * @example await env.TRACKER.incrLabels("signup:buttons:cta|visit")
 */
export class TrackerService extends WorkerEntrypoint<Env> {
  /**
   * Counts each ping of a labels string once. Wrong pings are returned and do not cost the others.
   *
   * @param site Which of SITES they belong to; only where several are served.
   * @throws TypeError when `site` is not one of SITES.
   */
  async incrLabels(labels: string, site?: string): Promise<{ accepted: number; rejected: Rejection[] }> {
    const config = readConfig(this.env);
    const { pings, rejected } = parseLabels(labels, makeScreen(config, true));
    const known = config.sites.length == 0 ? "" : matchSite(config.sites, site ?? "");
    if (known === undefined) throw new TypeError(`site: "${site}" is not one of SITES`);
    if (pings.length > 0) {
      const answer = await countBatch(this.env, known, { id: makeBatchId(), at: Date.now(), pings });
      // Sealed just now: only a clock gone wrong can refuse it.
      if (!answer.ok) throw new Error(`not counted: ${answer.code}`);
    }
    return { accepted: pings.reduce((sum, { count }) => sum + count, 0), rejected };
  }
}
