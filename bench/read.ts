import { addDays, type Day } from "../packages/sdk/src/protocol.ts";
import { startFullServer, type FullServer, type Operations } from "./lib/miniflare.ts";
import { plot } from "./lib/plot.ts";
import { median, short, table, whole, type Bench } from "./lib/report.ts";

const ROWS = [10_000, 100_000, 1_000_000, 10_000_000];
// A site that has been at the default cap, ten thousand keys a day, for nearly three years.
const DAYS = 1_000;
const DOM_IDS = 50;
const ELEMENTS_PER_LABEL = 8;
const REPEATS = 5;
// Keys filled in by one statement, for each day: so many that the table grows by whole pages, so few that the index stays cached.
const FILL_KEYS = 200;
const GROWING_DAYS = 4;
const LAST_MONTH = 30;

const FILL = `
  WITH RECURSIVE
    key(n) AS (SELECT ?2 UNION ALL SELECT n + 1 FROM key WHERE n + 1 < ?3),
    age(a) AS (SELECT 0 UNION ALL SELECT a + 1 FROM age WHERE a + 1 < ?4)
  INSERT INTO statistic
  SELECT '', date(?1, -a || ' days'), printf('label%05d', n / ${ELEMENTS_PER_LABEL}), 'category' || n % 7,
    printf('dom%06d', n), 1 + (n * 7919 + a * 104729) % 1000
  FROM age CROSS JOIN key`;

interface Read extends Pick<Operations, "queries" | "rowsRead" | "rowsWritten"> {
  ms: number;
}

export interface Reads {
  sizes: { rows: number; reads: Record<string, Read> }[];
}

/** Those in the picture. */
const DRAWN = ["overview", "list by day", "list by count", "search", "get_stats, 30 days"];

/** What is asked, of `statistic` rows that go back DAYS days. */
function pathsOf(today: Day): Record<string, string> {
  const domIds = Array.from({ length: DOM_IDS }, (_, index) => `dom${String(index).padStart(6, "0")}`).join("|");
  const month = `from=${addDays(today, 1 - LAST_MONTH)}&to=${today}`;
  const list = `/dashboard/statistics?${month}`;
  return {
    overview: "/dashboard/",
    "list by day": list,
    "list by label": `${list}&sort=label`,
    "list by category": `${list}&sort=category`,
    "list by DOM id": `${list}&sort=dom_id`,
    "list by count": `${list}&sort=counter`,
    "sums by label": `${list}&group=label`,
    search: `${list}&search=label00000`,
    "a label's page": "/dashboard/label?label=label00000&with=label00001",
    "/api/timeseries": `/api/timeseries?${month}`,
    "get_stats, today": `/get_stats/?dom_ids=${domIds}`,
    [`get_stats, ${LAST_MONTH} days`]: `/get_stats/?dom_ids=${domIds}&${month}`,
  };
}

/** What a read costs, by how much is counted already. */
export const read: Bench<Reads> = {
  title: "Reading",

  async measure() {
    const sizes: Reads["sizes"] = [];
    for (const rows of ROWS) {
      const server = await startFullServer();
      try {
        const today = new Date().toISOString().slice(0, 10);
        await fill(server, rows, today);
        // As the cron does with days that cannot grow any more.
        for (let age = GROWING_DAYS; age < DAYS; age++) await server.request(`/sum-up?day=${addDays(today, -age)}`);
        const reads: Record<string, Read> = {};
        for (const [name, path] of Object.entries(pathsOf(today))) reads[name] = await measureRead(server, path);
        sizes.push({ rows, reads });
      } finally {
        await server.stop();
      }
    }
    return { sizes };
  },

  render({ sizes }) {
    const names = Object.keys(sizes[0]!.reads);
    return `The whole Worker with a real D1 (miniflare), whose \`statistic\` has as many rows over ${whole(DAYS)} days, each day with the same keys:
ms (median of ${REPEATS}) and rows that D1 read. Lists are pages of the last ${LAST_MONTH} days with their total; \`get_stats\` is asked for
${DOM_IDS} DOM ids, which have a row a day each. The smallest size has ten keys.

${table(
  ["", ...sizes.map(({ rows }) => `${whole(rows)} rows`)],
  names.map((name) => [
    name,
    ...sizes.map(({ reads }) => `${short(reads[name]!.ms)} ms, ${whole(reads[name]!.rowsRead)}`),
  ]),
)}

${plot(
  "bench-read.svg",
  "Time of a read",
  { x: "rows of statistic", y: "ms" },
  Object.fromEntries(
    DRAWN.map((name) => [name, sizes.map(({ rows, reads }): [number, number] => [rows, reads[name]!.ms])]),
  ),
)}`;
  },
};

/** Writes past the Worker what it would have counted, in an order in which the table and its index both grow at few places. */
async function fill(server: FullServer, rows: number, today: Day): Promise<void> {
  const keys = rows / DAYS;
  for (let first = 0; first < keys; first += FILL_KEYS) {
    const values = [today, first, Math.min(first + FILL_KEYS, keys), DAYS];
    await server.request("/sql", { method: "POST", body: JSON.stringify({ sql: FILL, values }) });
  }
}

async function measureRead(server: FullServer, path: string): Promise<Read> {
  await server.request(path);
  await server.operations();
  const times: number[] = [];
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    const start = performance.now();
    await (await server.request(path)).text();
    times.push(performance.now() - start);
  }
  const { queries, rowsRead, rowsWritten } = await server.operations();
  return {
    ms: median(times),
    queries: queries / REPEATS,
    rowsRead: rowsRead / REPEATS,
    rowsWritten: rowsWritten / REPEATS,
  };
}
