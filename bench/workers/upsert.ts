/** The same Worker over the obvious object: one upsert a ping. Its answer waits until the rows are durable, as any does. */
import { DurableObject } from "cloudflare:workers";

export { default } from "../../packages/worker/src/index.ts";
import type { CountAnswer, SiteBatch } from "../../packages/worker/src/counting/contract.ts";

export class DayCounter extends DurableObject {
  readonly #sql = this.ctx.storage.sql;

  count({ keys, counts }: SiteBatch): CountAnswer {
    this.#sql.exec(`CREATE TABLE IF NOT EXISTS counter (site, label, category, dom_id, count,
      PRIMARY KEY (site, label, category, dom_id)) WITHOUT ROWID`);
    for (const [index, key] of keys.entries()) {
      this.#sql.exec(
        "INSERT INTO counter VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET count = count + excluded.count",
        ...key.split("\n"),
        counts[index]!,
      );
    }
    return { ok: true, duplicate: false };
  }
}
