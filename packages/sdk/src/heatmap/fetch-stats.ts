import { formatStatsQuery, type StatRow, type StatsQuery } from "../protocol/stats.ts";

/** Where to read, and as whom. */
export interface StatsSource {
  endpoint: string;
  token?: string | undefined;
}

// Longer URLs fail on some of the ways between here and there.
const QUERY_MAX_CHARS = 1_500;

/**
 * Asks `/get_stats/` for the counts of DOM ids.
 *
 * @throws Error whose message says why there are no counts, and whose `code` is the server's.
 */
export async function fetchStats({ endpoint, token }: StatsSource, query: StatsQuery): Promise<StatRow[]> {
  const url = `${endpoint.replace(/\/$/, "")}/get_stats/?`;
  const headers = token ? { Authorization: `Bearer ${token}` } : {};
  const answers = splitQuery(query).map(async (part) => {
    const response = await fetch(url + formatStatsQuery(part), { headers });
    if (response.ok) return (await response.json()) as StatRow[];
    const { error } = (await response.json().catch(() => ({}))) as { error?: { code: string; message: string } };
    throw Object.assign(new Error(error?.message ?? `status ${response.status}`), {
      code: error?.code,
      status: response.status,
    });
  });
  return (await Promise.all(answers)).flat();
}

function splitQuery(query: StatsQuery): StatsQuery[] {
  const parts: StatsQuery[] = [];
  let domIds: string[] = [];
  let chars = 0;
  for (const domId of query.domIds) {
    chars += encodeURIComponent(domId).length + 3;
    if (chars > QUERY_MAX_CHARS && domIds.length) {
      parts.push({ ...query, domIds });
      domIds = [];
      chars = 0;
    }
    domIds.push(domId);
  }
  if (domIds.length) parts.push({ ...query, domIds });
  return parts;
}
