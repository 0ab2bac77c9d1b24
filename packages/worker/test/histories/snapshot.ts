import { env } from "cloudflare:workers";

/** What goes back when D1 is restored. */
const TABLES = ["flush", "statistic", "page_statistic", "day_sum"];

/** What D1 had at a moment. */
export interface Snapshot {
  inserts: D1PreparedStatement[];
  /** Which objects were closed. */
  closed: string;
}

export async function takeSnapshot(): Promise<Snapshot> {
  const inserts: D1PreparedStatement[] = [];
  for (const table of TABLES) {
    const { results } = await env.DB.prepare(`SELECT * FROM ${table}`).all();
    for (const row of results) {
      const values = Object.values(row);
      inserts.push(env.DB.prepare(`INSERT INTO ${table} VALUES (${values.map(() => "?").join()})`).bind(...values));
    }
  }
  const { results } = await env.DB.prepare(
    "SELECT source FROM flush WHERE closed_at IS NOT NULL ORDER BY source",
  ).all();
  return { inserts, closed: JSON.stringify(results) };
}

export async function restoreSnapshot({ inserts }: Snapshot): Promise<void> {
  await env.DB.batch([...TABLES.map((table) => env.DB.prepare(`DELETE FROM ${table}`)), ...inserts]);
}
