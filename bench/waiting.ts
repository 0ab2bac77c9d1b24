import { countJournals } from "./lib/journal.ts";
import { sendAtRate } from "./lib/open-loop.ts";
import { short, table, whole, type Bench } from "./lib/report.ts";
import { startWorkerd } from "./lib/workerd.ts";

const BATCHES_PER_SECOND = [1, 5, 20, 100, 200, 500, 1000];
const SECONDS = 8;
const PINGS = 5;

export interface Waiting {
  rates: {
    batchesPerSecond: number;
    batches: number;
    rows: number;
    p50Ms: number;
    p99Ms: number;
  }[];
}

/** How many batches share a journal row, and how long they wait for it, at a given rate of arrivals. */
export const waiting: Bench<Waiting> = {
  title: "Group commit: rows per batch and waiting time",

  async measure() {
    const rates: Waiting["rates"] = [];
    for (const batchesPerSecond of BATCHES_PER_SECOND) {
      const server = await startWorkerd("tracker");
      try {
        const { sent, acknowledged, waitsMs } = await sendAtRate(server.url, {
          batchesPerSecond,
          pings: PINGS,
          seconds: SECONDS,
        });
        await server.kill();
        const { batches, pings, rows } = countJournals(server.objects);
        if (acknowledged != sent || batches != sent || pings != sent * PINGS) {
          throw new Error(`of ${sent} batches ${acknowledged} were acknowledged, ${batches} counted (${pings} pings)`);
        }
        rates.push({
          batchesPerSecond,
          batches,
          rows,
          p50Ms: waitsMs[Math.floor(waitsMs.length * 0.5)]!,
          p99Ms: waitsMs[Math.floor(waitsMs.length * 0.99)]!,
        });
      } finally {
        await server.stop();
      }
    }
    return { rates };
  },

  render({ rates }) {
    return `One object, the default \`COMMIT_WINDOW_MS\` of 250, and an open loop: batches of ${PINGS} pings arrive at random moments (Poisson)
for ${SECONDS} s, whether earlier ones are answered or not. A batch is answered when its row is durable. Each batch was
acknowledged, and is in exactly one row:

${table(
  ["batches/s", "batches", "journal rows", "rows per batch", "waiting p50, ms", "p99, ms"],
  rates.map(({ batchesPerSecond, batches, rows, p50Ms, p99Ms }) => [
    batchesPerSecond,
    whole(batches),
    whole(rows),
    (rows / batches).toFixed(2),
    short(p50Ms),
    short(p99Ms),
  ]),
)}`;
  },
};
