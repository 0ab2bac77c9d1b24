import type { StatDetail, StatsRequest } from "../protocol/stats.ts";

/**
 * Asks for counts by `POST /get_stats/`.
 *
 * @throws Error whose message says why there are none, and whose `code` is the server's.
 */
export async function fetchStats(
  endpoint: string,
  token: string | undefined,
  request: StatsRequest,
): Promise<StatDetail[]> {
  const response = await fetch(`${endpoint.replace(/\/$/, "")}/get_stats/`, {
    method: "POST",
    // A body of plain text, as this is, needs no CORS preflight.
    body: JSON.stringify(request),
    ...(token && { headers: { Authorization: `Bearer ${token}` } }),
  });
  const answer = await response.json().catch(() => ({}));
  if (response.ok) return answer;
  throw Object.assign(new Error(`Status ${response.status}`), answer.error);
}
