import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { findMissingCommands } from "./lib/commands.ts";
import { median, short, table, whole, type Bench } from "./lib/report.ts";
import { sendUntilAnswered } from "./lib/send.ts";
import { runWrk } from "./lib/wrk.ts";
import { PACKAGES, PEERS, type Peer } from "./peers/peer.ts";

const ROUNDS = 9;
const SECONDS = 1;
const CONNECTIONS = 32;
const PINGS = [1, 10];
// Pings of each test of what gets lost.
const SENT = 4_000;
const LABELS = 20;

const TRIALS: Record<string, (peer: Peer) => Promise<void>> = {
  "32 at a time": async (peer) => sendPings(peer),
  "during flushes": async (peer) => {
    const stop = new AbortController();
    const flushes = (async () => {
      while (!stop.signal.aborted) {
        await peer.flush();
        await sleep(50);
      }
    })();
    await sendPings(peer);
    stop.abort();
    await flushes;
  },
  "kill -9 halfway": async (peer) => sendPings(peer, () => peer.crash()),
};

interface Peers {
  rates: { peer: string; pings: number; /** One a round. */ requestsPerSecond: number[] }[];
  /** Counted less sent. */
  trials: { peer: string; trial: string; difference: number }[];
}

/** The same pings, at the same time, for what people would pick instead. */
export const peers: Bench<Peers> = {
  title: "Beside Django + memcached and Fastify + Redis",

  findMissing() {
    const missing = findMissingCommands(["wrk", "memcached", "gunicorn", "redis-server"]);
    if (!existsSync(PACKAGES)) missing.push("Fastify");
    return missing.length > 0 ? `${missing.join(", ")} missing: sh bench/peers/install.sh` : undefined;
  },

  async measure() {
    return { rates: await measureRates(), trials: await measureTrials() };
  },

  render({ rates, trials }) {
    const of = (peer: string, pings: number): number[] =>
      rates.find((rate) => rate.peer == peer && rate.pings == pings)!.requestsPerSecond;
    const ratio = (pings: number, peer: string, peerPings = pings): number =>
      median(of("tracker", pings).map((rate, round) => rate / of(peer, peerPings)[round]!));
    return `\`sh bench/peers/install.sh\` installs them. *Django + memcached* is the design of django-tracker; *Fastify + Redis* does a
\`HINCRBY\` a ping. All get the same \`GET /track/?labels=…\` from wrk, ${CONNECTIONS} connections, medians of ${ROUNDS} interleaved runs of
${SECONDS} s; ratios are medians of what each round gave. Each has one core for all its processes, wrk the other. A page of
django-tracker sends each ping by itself, so the last column is what becomes of the same page's clicks.

${table(
  [
    "",
    ...PINGS.flatMap((pings) => [`requests/s, ${pings} a request`, "tracker ÷ it"]),
    "pings/s, 10 a request",
    "tracker at 10 ÷ it at 1, pings/s",
  ],
  Object.keys(PEERS).map((peer) => [
    peer,
    ...PINGS.flatMap((pings) => [whole(median(of(peer, pings))), short(ratio(pings, peer))]),
    whole(median(of(peer, 10)) * 10),
    short(ratio(10, peer, 1) * 10),
  ]),
)}

Lost (−) or doubled (+) of ${whole(SENT)} pings, each sent until it was answered with 200. A flush moves the counters into the
database, as django-tracker does every two minutes; before the \`kill -9\` of all processes there was none. Clients that had
no answer sent again.

${table(
  ["", ...Object.keys(TRIALS)],
  Object.keys(PEERS).map((peer) => [
    peer,
    ...Object.keys(TRIALS).map((name) => {
      const { difference } = trials.find((trial) => trial.peer == peer && trial.trial == name)!;
      return difference > 0 ? `+${whole(difference)}` : whole(difference).replace("-", "−");
    }),
  ]),
)}

\`kill -9\` ends processes, not the machine: what Redis wrote and did not sync survives it. With \`everysec\` a power cut
loses up to a second of acknowledged pings, the tracker and \`always\` none.`;
  },
};

async function measureRates(): Promise<Peers["rates"]> {
  const running = new Map<string, Peer>();
  const rates = Object.keys(PEERS).flatMap((peer) =>
    PINGS.map((pings) => ({ peer, pings, requestsPerSecond: [] as number[] })),
  );
  try {
    for (const [name, start] of Object.entries(PEERS)) running.set(name, await start());
    // The first round warms them up.
    for (let round = 0; round <= ROUNDS; round++) {
      for (const pings of PINGS) {
        for (const { peer, requestsPerSecond } of rates.filter((rate) => rate.pings == pings)) {
          const load = { method: "get", pings, connections: CONNECTIONS, seconds: SECONDS } as const;
          const { requests, seconds, failed } = await runWrk(running.get(peer)!.url, load);
          if (failed > 0) throw new Error(`${peer}: ${failed} requests failed`);
          if (round > 0) requestsPerSecond.push(requests / seconds);
        }
      }
    }
  } finally {
    for (const peer of running.values()) await peer.stop();
  }
  return rates;
}

async function measureTrials(): Promise<Peers["trials"]> {
  const trials: Peers["trials"] = [];
  for (const [name, start] of Object.entries(PEERS)) {
    for (const [trial, run] of Object.entries(TRIALS)) {
      const peer = await start();
      try {
        await run(peer);
        await peer.flush();
        trials.push({ peer: name, trial, difference: (await peer.total()) - SENT });
      } finally {
        await peer.stop();
      }
    }
  }
  const wrong = trials.find(({ peer, difference }) => peer == "tracker" && difference != 0);
  if (wrong) throw new Error(`the tracker was wrong by ${wrong.difference}: ${wrong.trial}`);
  return trials;
}

function sendPings(peer: Peer, onHalf?: () => Promise<void>): Promise<void> {
  const requests = Array.from({ length: SENT }, (_, index) => peer.makeRequest(`label${index % LABELS}`));
  return sendUntilAnswered(peer.url, requests, onHalf);
}
