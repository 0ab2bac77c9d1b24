import { makeBatchId } from "@tracker/sdk/protocol";
import type { Context } from "hono";
import { countBatch } from "../../counting/count-batch.ts";
import { logError } from "../../log.ts";
import type { InvalidTraffic } from "./invalid-traffic.ts";
import type { SiteRefusal } from "../../model/site.ts";
import type { AppEnv } from "../context.ts";
import { REFUSED } from "../../model/key.ts";

export type RefusedReason = InvalidTraffic | SiteRefusal | "rate_limited" | "label_not_listed";

// One refusal in a hundred is counted, as a hundred. So a flood of refused pings costs few writes.
const SAMPLE = 100;

/** Counts refused pings by reason. The numbers are estimates, right on average. */
export function countRefused(c: Context<AppEnv>, site: string, reason: RefusedReason, count = 1): void {
  if (Math.random() * SAMPLE >= 1) return;
  const ping = { label: REFUSED, category: reason, domId: "", count: count * SAMPLE };
  c.executionCtx.waitUntil(
    countBatch(c.env, site, { id: makeBatchId(), at: Date.now(), pings: [ping] }).catch((error: unknown) =>
      logError("refused_not_counted", error),
    ),
  );
}
