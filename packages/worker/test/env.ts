import type { D1Migration } from "cloudflare:test";
import type { Env as WorkerEnv } from "../src/env.ts";

// What `env` and `exports` of "cloudflare:workers" are in tests.
declare global {
  namespace Cloudflare {
    interface Env extends WorkerEnv {
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
