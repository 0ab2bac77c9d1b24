import { env } from "cloudflare:workers";

/** Puts rows into D1 as flushes of long ago did: `[site, day, label, category, dom_id, counter]`. */
export async function insertStatistics(
  rows: readonly [site: string, day: string, label: string, category: string, domId: string, counter: number][],
): Promise<void> {
  await env.DB.batch(rows.map((row) => env.DB.prepare("INSERT INTO statistic VALUES (?, ?, ?, ?, ?, ?)").bind(...row)));
}
