import { app } from "./app.ts";
import { announceAgain } from "./counting/announce-again.ts";
import type { Env } from "./env.ts";
import { logError } from "./log.ts";
import { flushDue } from "./counting/flush.ts";
import { checkRules } from "./statistics/check-rules.ts";
import { prune } from "./statistics/retention.ts";
import { forgetMessages, sendMessages } from "./statistics/send-messages.ts";
import { isFirstOfHour, sumUpDays } from "./statistics/sum-up.ts";

export { DayCounter } from "./counting/day-counter.ts";
export { TrackerService } from "./counting/tracker-service.ts";

export default {
  fetch: app.fetch,
  async scheduled({ scheduledTime }, env) {
    const isHourly = isFirstOfHour(scheduledTime);
    if (isHourly) await announceAgain(env, Date.now());
    const { failed } = await flushDue(env, Date.now());
    await prune(env, Date.now());
    if (isHourly) await sumUpDays(env, Date.now());
    await attempt("rules_failed", async () => {
      if (isHourly) await checkRules(env, Date.now());
      await sendMessages(env, Date.now());
      if (isHourly) await forgetMessages(env, Date.now());
    });
    if (failed.length > 0) throw new Error(`not flushed, kept for the next time: ${failed.join(", ")}`);
  },
} satisfies ExportedHandler<Env>;

/** What fails is logged, and stops nothing that comes after it. */
async function attempt(event: string, work: () => Promise<void>): Promise<void> {
  await work().catch((error: unknown) => logError(event, error));
}
