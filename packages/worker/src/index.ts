import { app } from "./app.ts";
import { announceAgain } from "./counting/announce-again.ts";
import type { Env } from "./env.ts";
import { flushDue } from "./counting/flush.ts";
import { prune } from "./statistics/retention.ts";
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
    if (failed.length > 0) throw new Error(`not flushed, kept for the next time: ${failed.join(", ")}`);
  },
} satisfies ExportedHandler<Env>;
