import { addDays, type Day } from "../packages/sdk/src/protocol.ts";
import { startFullServer, type FullServer, type Operations } from "./lib/miniflare.ts";
import { plot } from "./lib/plot.ts";
import { median, short, table, whole, type Bench } from "./lib/report.ts";

const ROWS = [10_000, 100_000, 1_000_000, 10_000_000];
const DAYS = 100;
const DOM_IDS = 50;
const REPEATS = 5;
// Names filled in by one statement, for each day.
const FILL_NAMES = 1_000;
const GROWING_DAYS = 4;
const LAST_MONTH = 30;

const FILL = `
  WITH RECURSIVE
    name(n) AS (SELECT ?2 UNION ALL SELECT n + 1 FROM name WHERE n + 1 < ?3),
    age(a) AS (SELECT 0 UNION ALL SELECT a + 1 FROM age WHERE a + 1 < ?4)
  INSERT INTO statistic
  SELECT '', date(?1, -a || ' days'), printf('label%06d', n), 'buttons', printf('dom%06d', n), 1 + n % 100
  FROM name CROSS JOIN age`;

interface Read extends Operations {
  ms: number;
}

export interface Reads {
  sizes: { rows: number; reads: Record<string, Read> }[];
}

/** What is asked, of `statistic` rows that go back DAYS days. */
function pathsOf(today: Day): Record<string, string> {
  const domIds = Array.from({ length: DOM_IDS }, (_, index) => `dom${String(index).padStart(6, "0")}`).join("|");
  const month = `from=${addDays(today, 1 - LAST_MONTH)}&to=${today}`;
  return {
    [`/get_stats/, ${DOM_IDS} DOM ids, today`]: `/get_stats/?dom_ids=${domIds}`,
    [`/get_stats/, ${DOM_IDS} DOM ids, ${LAST_MONTH} days`]: `/get_stats/?dom_ids=${domIds}&${month}`,
    [`the dashboard, ${LAST_MONTH} days`]: `/dashboard/?${month}`,
    [`/api/timeseries, ${LAST_MONTH} days`]: `/api/timeseries?${month}`,
    [`/api/statistics, a page of rows, ${LAST_MONTH} days`]: `/api/statistics?${month}&limit=100`,
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
    return `The whole Worker with a real D1 (miniflare), whose \`statistic\` has as many rows over ${DAYS} days. ms (median of ${REPEATS}) and rows that D1
read. ${DOM_IDS} DOM ids have ${DOM_IDS * LAST_MONTH} rows in ${LAST_MONTH} days, whatever is beside them.

${table(
  ["rows", ...names],
  sizes.map(({ rows, reads }) => [
    whole(rows),
    ...names.map((name) => `${short(reads[name]!.ms)} ms, ${whole(reads[name]!.rowsRead)}`),
  ]),
)}

${plot(
  "bench-read.svg",
  "Time of a read",
  { x: "rows of statistic", y: "ms" },
  Object.fromEntries(
    names.map((name) => [name, sizes.map(({ rows, reads }): [number, number] => [rows, reads[name]!.ms])]),
  ),
)}`;
  },
};

/** Writes past the Worker what it would have counted, in an order in which the table and its index both grow at few places. */
async function fill(server: FullServer, rows: number, today: Day): Promise<void> {
  const names = rows / DAYS;
  for (let first = 0; first < names; first += FILL_NAMES) {
    const values = [today, first, Math.min(first + FILL_NAMES, names), DAYS];
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
