import { env } from "cloudflare:workers";

/** D1 whose transactions go another way. */
export function interceptBatches(batch: (statements: D1PreparedStatement[]) => Promise<D1Result[]>): D1Database {
  return new Proxy(env.DB, {
    get: (target, name) => (name === "batch" ? batch : (Reflect.get(target, name).bind(target) as unknown)),
  });
}
