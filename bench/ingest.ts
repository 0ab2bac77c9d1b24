import { countJournals, type JournalCount } from "./lib/journal.ts";
import { findMissingCommands } from "./lib/commands.ts";
import { median, short, table, whole, type Bench } from "./lib/report.ts";
import { startWorkerd, type Server } from "./lib/workerd.ts";
import { runWrk, type Load } from "./lib/wrk.ts";

const ROUNDS = 5;
const SECONDS = 1;

const SERVERS: Record<string, { worker: string; vars?: Record<string, string> }> = {
  plain: { worker: "plain" },
  "no-op RPC": { worker: "no-op" },
  tracker: { worker: "tracker" },
  "tracker, 4 shards": { worker: "tracker", vars: { SHARDS: "4" } },
  upserts: { worker: "upsert" },
};

const LOADS: Pick<Load, "method" | "pings">[] = [
  { method: "get", pings: 1 },
  { method: "post", pings: 1 },
  { method: "post", pings: 10 },
  { method: "post", pings: 50 },
];
const CONNECTIONS = [32, 128];

interface Sample {
  round: number;
  server: string;
  load: string;
  connections: number;
  requestsPerSecond: number;
  p50Ms: number;
  p99Ms: number;
  /** CPU time of workerd for one request. */
  cpuUs: number;
}

/** The tracker's against the no-op RPC's of the same round, a second apart: the median of the rounds. */
interface Ratios {
  load: string;
  connections: number;
  requests: number;
  cpu: number;
}

export interface Ingest {
  samples: Omit<Sample, "round">[];
  ratios: Ratios[];
  /** Of the trackers: what was acknowledged, and what their journals held after they were killed. */
  counted: (JournalCount & { server: string; acknowledged: number; underWay: number })[];
}

/** How many pings a second raw workerd takes, beside the same Worker with less behind it. */
export const ingest: Bench<Ingest> = {
  title: "Ingest",

  findMissing() {
    return findMissingCommands(["wrk"]).length > 0 ? "wrk missing: apt-get install wrk" : undefined;
  },

  async measure() {
    const servers = new Map<string, Server>();
    for (const [name, { worker, vars }] of Object.entries(SERVERS)) servers.set(name, await startWorkerd(worker, vars));
    const runs: Sample[] = [];
    const sent = new Map([...servers.keys()].map((name) => [name, { acknowledged: 0, underWay: 0 }]));
    const run = async (round: number, name: string, load: Load): Promise<void> => {
      const server = servers.get(name)!;
      const cpuBefore = server.cpuMs();
      const { requests, seconds, failed, p50Ms, p99Ms } = await runWrk(server.url, load);
      if (failed > 0) throw new Error(`${name}: ${failed} requests failed`);
      const cpuUs = ((server.cpuMs() - cpuBefore) * 1000) / requests;
      const total = sent.get(name)!;
      total.acknowledged += requests * load.pings;
      total.underWay += load.connections * load.pings;
      runs.push({
        round,
        server: name,
        load: `${load.method} ${load.pings}`,
        connections: load.connections,
        requestsPerSecond: requests / seconds,
        p50Ms,
        p99Ms,
        cpuUs,
      });
    };
    try {
      for (const name of servers.keys()) await run(0, name, { method: "post", pings: 10, connections: 32, seconds: 3 });
      runs.length = 0;
      // Round by round, there and back, so that what else the machine does falls on all of them alike.
      for (let round = 1; round <= ROUNDS; round++) {
        const names = round % 2 ? [...servers.keys()] : [...servers.keys()].toReversed();
        for (const load of LOADS) {
          for (const connections of CONNECTIONS) {
            for (const name of names) await run(round, name, { ...load, connections, seconds: SECONDS });
          }
        }
      }
      const counted = [...servers].filter(([name]) => name.startsWith("tracker"));
      for (const [, server] of counted) await server.kill();
      return {
        samples: Array.from(
          Map.groupBy(runs, ({ server, load, connections }) => `${server} ${load} ${connections}`).values(),
          medianOf,
        ),
        ratios: LOADS.flatMap(({ method, pings }) =>
          CONNECTIONS.map((connections) => ratiosOf(runs, `${method} ${pings}`, connections)),
        ),
        counted: counted.map(([name, server]) => {
          const journals = countJournals(server.objects);
          const { acknowledged, underWay } = sent.get(name)!;
          if (journals.pings < acknowledged) throw new Error(`${name} lost ${acknowledged - journals.pings} pings`);
          if (journals.pings > acknowledged + underWay) throw new Error(`${name} counted more than was sent`);
          return { server: name, ...journals, acknowledged, underWay };
        }),
      };
    } finally {
      for (const server of servers.values()) await server.stop();
    }
  },

  render({ samples, ratios, counted }) {
    const of = (server: string, load: string, connections: number): Ingest["samples"][number] =>
      samples.find((sample) => sample.server == server && sample.load == load && sample.connections == connections)!;
    return `The built Worker on \`workerd serve\` alone: one thread, its objects on the local disk, and a stand-in for D1 that answers
"done", which is all that counting needs of it. Each server has one core, and wrk, in a closed loop, the other: each connection
sends again when it has its answer. *plain* is the same Worker that parses and answers; *no-op RPC* calls an object that does
nothing; *upserts* writes each ping as one upsert. Medians of ${ROUNDS} interleaved runs of ${SECONDS} s, requests/s; the ratio is the
median of what each round gave, the two a second apart:

${table(
  ["request", "connections", ...Object.keys(SERVERS), "tracker / no-op"],
  ratios.map(({ load, connections, requests }) => [
    `${load.toUpperCase()} ping${load.endsWith(" 1") ? "" : "s"}`,
    connections,
    ...Object.keys(SERVERS).map((server) => whole(of(server, load, connections).requestsPerSecond)),
    requests.toFixed(2),
  ]),
)}

Waiting time in ms (p50 / p99 of the closed loop) and workerd's CPU time in µs for one request, which depends less on what
else the machine does; one thread is the limit, so its ratio is that of the requests/s on a machine at rest:

${table(
  [
    "request",
    "connections",
    "no-op RPC",
    "tracker",
    "upserts",
    "CPU plain",
    "CPU no-op",
    "CPU tracker",
    "CPU upserts",
    "no-op / tracker",
  ],
  ratios.map(({ load, connections, cpu }) => [
    load.toUpperCase(),
    connections,
    ...["no-op RPC", "tracker", "upserts"].map((server) => {
      const { p50Ms, p99Ms } = of(server, load, connections);
      return `${short(p50Ms)} / ${short(p99Ms)}`;
    }),
    ...["plain", "no-op RPC", "tracker", "upserts"].map((server) => whole(of(server, load, connections).cpuUs)),
    (1 / cpu).toFixed(2),
  ]),
)}

The servers were then killed and their journals read as files:

${table(
  [
    "",
    "acknowledged pings",
    "counted",
    "of these not yet answered, at most",
    "lost",
    "doubled",
    "rows",
    "batches a row",
  ],
  counted.map(({ server, acknowledged, pings, underWay, rows, batches }) => [
    server,
    whole(acknowledged),
    whole(pings),
    whole(underWay),
    0,
    0,
    whole(rows),
    short(batches / rows),
  ]),
)}`;
  },
};

function ratiosOf(runs: readonly Sample[], load: string, connections: number): Ratios {
  const of = (server: string): Sample[] =>
    runs
      .filter((run) => run.server == server && run.load == load && run.connections == connections)
      .toSorted((a, b) => a.round - b.round);
  const bases = of("no-op RPC");
  const medianRatio = (field: "requestsPerSecond" | "cpuUs"): number =>
    median(of("tracker").map((run, index) => run[field] / bases[index]![field]));
  return { load, connections, requests: medianRatio("requestsPerSecond"), cpu: medianRatio("cpuUs") };
}

function medianOf(runs: Sample[]): Ingest["samples"][number] {
  const of = (field: "requestsPerSecond" | "p50Ms" | "p99Ms" | "cpuUs"): number =>
    median(runs.map((run) => run[field]));
  const { server, load, connections } = runs[0]!;
  return {
    server,
    load,
    connections,
    requestsPerSecond: of("requestsPerSecond"),
    p50Ms: of("p50Ms"),
    p99Ms: of("p99Ms"),
    cpuUs: of("cpuUs"),
  };
}
