import { encodeBatch, makeBatchId, type Ping } from "../packages/sdk/src/protocol.ts";
import { startFullServer, type FullServer, type Operations } from "./lib/miniflare.ts";
import { plot } from "./lib/plot.ts";
import { short, table, whole, type Bench } from "./lib/report.ts";

const NAMES = [1_000, 3_000, 10_000, 30_000, 100_000];
const BATCH_PINGS = 500;

interface FlushPart extends Operations {
  ms: number;
}

export interface Flush {
  sizes: { names: number; added: FlushPart; changed: FlushPart }[];
}

/** What a flush costs, by how many names changed since the one before. */
export const flush: Bench<Flush> = {
  title: "Flush",

  async measure() {
    const sizes: Flush["sizes"] = [];
    for (const names of NAMES) {
      const server = await startFullServer();
      try {
        await sendNames(server, names);
        const added = await measureFlush(server);
        await sendNames(server, names);
        const changed = await measureFlush(server);
        const counted = await server.db
          .prepare("SELECT count(*) AS rows, sum(counter) AS pings FROM statistic")
          .first();
        if (counted?.["rows"] != names || counted["pings"] != 2 * names)
          throw new Error(`D1 has ${JSON.stringify(counted)}`);
        sizes.push({ names, added, changed });
      } finally {
        await server.stop();
      }
    }
    return { sizes };
  },

  render({ sizes }) {
    return `The whole Worker with a real D1 (miniflare). All names are in one object; each got one ping since the flush before.
D1's own account of rows: a new statistic with a DOM id writes two, its index entry is the second; a changed one writes
one, and so does the object's watermark, however many pings there were.

${table(
  ["changed names", "first time: ms", "rows written", "rows read", "again: ms", "rows written", "rows read"],
  sizes.map(({ names, added, changed }) => [
    whole(names),
    ...[added, changed].flatMap(({ ms, rowsWritten, rowsRead }) => [short(ms), whole(rowsWritten), whole(rowsRead)]),
  ]),
)}

${plot(
  "bench-flush.svg",
  "Time of a flush",
  { x: "changed names", y: "ms" },
  {
    "new names": sizes.map(({ names, added }) => [names, added.ms]),
    "known names": sizes.map(({ names, changed }) => [names, changed.ms]),
  },
)}`;
  },
};

async function sendNames(server: FullServer, names: number): Promise<void> {
  for (let first = 0; first < names; first += BATCH_PINGS) {
    const pings = Array.from({ length: BATCH_PINGS }, (_, index): Ping => {
      const name = first + index;
      return { label: `label${name}`, category: "buttons", domId: `dom${name}`, count: 1 };
    });
    await server.request("/track/", {
      method: "POST",
      body: encodeBatch({ id: makeBatchId(), at: Date.now(), pings }),
    });
  }
}

async function measureFlush(server: FullServer): Promise<FlushPart> {
  await server.operations();
  const start = performance.now();
  await server.request("/report/");
  const ms = performance.now() - start;
  return { ms, ...(await server.operations()) };
}
