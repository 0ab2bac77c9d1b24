import type { D1Migration } from "cloudflare:test";
import type { DayCounter } from "../src/counting/day-counter.ts";
import type { Env as WorkerEnv } from "../src/env.ts";

// What `env` and `exports` of "cloudflare:workers" are in tests.
declare global {
  namespace Cloudflare {
    interface Env extends Omit<WorkerEnv, "DAY_COUNTER"> {
      DAY_COUNTER: DurableObjectNamespace<DayCounter>;
      D1_MIGRATIONS: D1Migration[];
      HISTORIES: string;
      HISTORIES_SEED: string;
      HISTORIES_SHRINK: string;
    }
    interface GlobalProps {
      mainModule: typeof import("../src/index.ts");
    }
  }
}
