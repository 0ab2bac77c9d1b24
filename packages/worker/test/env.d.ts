// What vitest.config.ts gives the tests beside the Worker's own bindings.
declare namespace Cloudflare {
  interface Env {
    DB: D1Database;
    D1_MIGRATIONS: import("cloudflare:test").D1Migration[];
  }
}
