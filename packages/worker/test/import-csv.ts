import { env } from "cloudflare:workers";
import { request } from "./batches.ts";

/** Imports a file, and returns its answer's lines: each line that is wrong, then what was done. */
export async function importCsv(csv: string | Uint8Array, query = ""): Promise<Record<string, unknown>[]> {
  const response = await request(`/api/import${query}`, {
    method: "POST",
    body: csv,
    headers: { authorization: `Bearer ${env.ADMIN_TOKEN}`, "content-type": "text/csv" },
  });
  return new TextDecoder()
    .decode(await response.arrayBuffer())
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}
