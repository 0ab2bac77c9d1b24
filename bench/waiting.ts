import { countJournals } from "./lib/journal.ts";
import { sendAtRate } from "./lib/open-loop.ts";
import { short, table, whole, type Bench } from "./lib/report.ts";
import { startWorkerd } from "./lib/workerd.ts";

const BATCHES_PER_SECOND = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];
const SECONDS = 8;
/** Few a second take longer to be many. */
const BATCHES_MIN = 40;
const PINGS = 5;

export interface Waiting {
  rates: {
    batchesPerSecond: number;
    batches: number;
    rows: number;
    /** Of the object's database. */
    bytes: number;
    /** The part of the time that at least one batch was under way, and the object awake. */
    busy: number;
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
        const seconds = Math.max(SECONDS, BATCHES_MIN / batchesPerSecond);
        const load = { batchesPerSecond, pings: PINGS, seconds };
        const { sent, acknowledged, waitsMs, busyMs } = await sendAtRate(server.url, load);
        await server.kill();
        const { batches, pings, rows, bytes } = countJournals(server.objects);
        if (acknowledged != sent || batches != sent || pings != sent * PINGS) {
          throw new Error(`of ${sent} batches ${acknowledged} were acknowledged, ${batches} counted (${pings} pings)`);
        }
        rates.push({
          batchesPerSecond,
          batches,
          rows,
          bytes,
          busy: busyMs / (seconds * 1000),
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
for ${SECONDS} s or longer, whether earlier ones are answered or not. A batch is answered when its row is durable. Each batch was
acknowledged, and is in exactly one row. The object is *busy* while a batch waits; the rest of the time it may hibernate, and is not billed:

${table(
  ["batches/s", "batches", "journal rows", "rows per batch", "busy", "waiting p50, ms", "p99, ms"],
  rates.map(({ batchesPerSecond, batches, rows, busy, p50Ms, p99Ms }) => [
    batchesPerSecond,
    whole(batches),
    whole(rows),
    (rows / batches).toFixed(2),
    `${Math.round(100 * busy)}%`,
    short(p50Ms),
    short(p99Ms),
  ]),
)}`;
  },
};
