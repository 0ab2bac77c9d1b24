/** The same Worker without any object: it parses and answers. */
import { app } from "../../packages/worker/src/app.ts";
import type { Env } from "../../packages/worker/src/env.ts";
import type { CountAnswer, DayCounterCalls } from "../../packages/worker/src/counting/contract.ts";

const stub: Pick<DayCounterCalls, "count"> = {
  count: (): Promise<CountAnswer> => Promise.resolve({ ok: true, duplicate: false }),
};
let plainEnv: Env | undefined;

export default {
  fetch(request, env, ctx) {
    plainEnv ??= { ...env, DAY_COUNTER: { getByName: () => stub } as unknown as Env["DAY_COUNTER"] };
    return app.fetch(request, plainEnv, ctx);
  },
} satisfies ExportedHandler<Env>;
