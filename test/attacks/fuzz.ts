import { Agent, request as sendHttp } from "node:http";
import fc from "fast-check";
import {
  BATCH_MAX_COUNT,
  decodeBatch,
  makeBatchId,
  parseLabels,
  type Ping,
  type TrackAnswer,
} from "../../packages/sdk/src/protocol.ts";
import { readCounters, readPageCounters } from "../support/databases.ts";
import { withWorker, type Worker } from "../support/worker.ts";
import { whole } from "../../bench/lib/report.ts";
import { failuresOf, type Attack } from "./attack.ts";

interface FuzzFigures {
  runs: number;
  /** Answers by status. */
  statuses: Record<string, number>;
  /** Actions that counted. */
  accepted: number;
  /** Actions in D1 at the end. */
  counted: number;
  /** Keys whose counter is not what it should be, over all pages or on one. */
  wrongKeys: number;
}

type Attempt = { method: "GET"; query: string } | { method: "POST"; body: Uint8Array };

const TOKEN = "the-token-of-this-fuzz-run";
const LANES = 16;
// The tracker's own labels: refused, whatever the grammar says.
const RESERVED = new Set(["(other)", "(refused)"]);

const label = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom("a", "b", " c ", "é", "💥", "a|b", ":r1:", "(other)", "x".repeat(250), "0") },
  fc.string({ unit: "binary", maxLength: 3 }),
  fc.jsonValue(),
);
const ping = fc.oneof(
  fc.array(label, { maxLength: 3 }),
  fc.tuple(label, label, label, fc.oneof(fc.integer({ min: -1, max: 10_001 }), fc.jsonValue())),
  fc.jsonValue(),
);
const batch = fc.record(
  {
    v: fc.oneof({ weight: 20, arbitrary: fc.constant(1) }, fc.jsonValue()),
    id: fc.oneof(
      { weight: 20, arbitrary: fc.nat().map(makeBatchId) },
      fc.constant("the-same-id-each-time-"),
      fc.jsonValue(),
    ),
    at: fc.oneof(
      { weight: 20, arbitrary: fc.integer({ min: -1_000, max: 0 }).map((offset) => Date.now() + offset) },
      fc.integer({ min: -3 * 86_400_000, max: 86_400_000 }).map((offset) => Date.now() + offset),
      fc.jsonValue(),
    ),
    site: fc.oneof({ weight: 5, arbitrary: fc.constant(undefined) }, fc.jsonValue()),
    page: fc.oneof({ weight: 5, arbitrary: fc.constantFrom(undefined, "/", "/é 💥:|*") }, fc.jsonValue()),
    pings: fc.oneof({ weight: 20, arbitrary: fc.array(ping, { maxLength: 8 }) }, fc.jsonValue()),
  },
  { noNullPrototype: true },
);

/** A batch with some bytes changed, left out or put in. */
const damaged = fc
  .tuple(batch, fc.array(fc.tuple(fc.nat(), fc.nat(2), fc.uint8Array({ maxLength: 2 })), { maxLength: 3 }))
  .map(([fields, changes]) => {
    const bytes = [...new TextEncoder().encode(JSON.stringify(fields))];
    for (const [at, removed, added] of changes) bytes.splice(at % (bytes.length + 1), removed, ...added);
    return Uint8Array.from(bytes);
  });

const attempt: fc.Arbitrary<Attempt> = fc.oneof(
  fc.record({ method: fc.constant("POST" as const), body: fc.uint8Array({ maxLength: 200 }) }),
  fc.record({ method: fc.constant("POST" as const), body: damaged }),
  fc.record({
    method: fc.constant("POST" as const),
    body: batch.map((fields) => new TextEncoder().encode(JSON.stringify(fields))),
  }),
  fc.record({
    method: fc.constant("GET" as const),
    query: fc.string({ unit: "binary", maxLength: 30 }).map((text) => `labels=${encodeURIComponent(text)}`),
  }),
  fc.record({
    method: fc.constant("GET" as const),
    query: fc
      .string({ unit: fc.constantFrom("x", "y", "|", ":", "%", "7", "2", "0", "z", "&", "=", "+"), maxLength: 20 })
      .map((text) => `labels=${text}`),
  }),
);

/** Sends random bytes, and what is nearly right, to `/track/` of a real Worker: no answer may be a 5xx, no count wrong. */
export function runFuzz(runs: number, seed = Date.now()): Promise<FuzzFigures> {
  const settings = { ADMIN_TOKEN: TOKEN, MAX_LABELS_PER_DAY: "100000" };
  return withWorker(settings, (worker, folder) => sendAll(worker, folder, runs, seed));
}

async function sendAll(worker: Worker, folder: string, runs: number, seed: number): Promise<FuzzFigures> {
  const figures: FuzzFigures = { runs, statuses: {}, accepted: 0, counted: 0, wrongKeys: 0 };
  const expected = new Map<string, number>();
  const expectedOnPages = new Map<string, number>();
  const agent = new Agent({ keepAlive: true });
  try {
    const url = new URL(await worker.url);
    const lane = (index: number): Promise<void> =>
      fc.assert(
        fc.asyncProperty(attempt, async (one) => {
          const answer = await send(url, agent, one);
          figures.statuses[answer.status] = (figures.statuses[answer.status] ?? 0) + 1;
          if (answer.status >= 500) throw new Error(`${answer.status}: ${answer.text}`);
          for (const [day, { label, category, domId, count }, page] of countedBy(one, answer)) {
            const key = `${day} ${label}:${category}:${domId}`;
            add(expected, key, count);
            if (page !== undefined) add(expectedOnPages, `${page} ${key}`, count);
            figures.accepted += count;
          }
        }),
        // What counted cannot be taken back, so a failure is not made smaller: it says its seed.
        { numRuns: Math.ceil(runs / LANES), seed: seed + index, endOnFailure: true },
      );
    await Promise.all(Array.from({ length: LANES }, (_, index) => lane(index)));
    const headers = { authorization: `Bearer ${TOKEN}` };
    if (!(await fetch(new URL("/report/", url), { headers })).ok) throw new Error("the flush failed");
  } finally {
    agent.destroy();
    await worker.kill();
  }
  const counters = readCounters(folder);
  for (const key of new Set([...expected.keys(), ...counters.keys()])) {
    figures.counted += counters.get(key) ?? 0;
    if (expected.get(key) !== counters.get(key)) figures.wrongKeys++;
  }
  const onPages = readPageCounters(folder);
  for (const key of new Set([...expectedOnPages.keys(), ...onPages.keys()])) {
    if (expectedOnPages.get(key) !== onPages.get(key)) figures.wrongKeys++;
  }
  return figures;
}

function add(sums: Map<string, number>, key: string, count: number): void {
  sums.set(key, (sums.get(key) ?? 0) + count);
}

/** What an attempt counted, judging by its answer and by the grammar. */
function* countedBy(
  one: Attempt,
  { status, text }: Answer,
): Generator<[day: string, ping: Ping, page: string | undefined]> {
  if (status != 200) return;
  let total = 0;
  const isTaken = ({ label, count }: Ping): boolean => {
    if (RESERVED.has(label) || total + count > BATCH_MAX_COUNT) return false;
    total += count;
    return true;
  };
  if (one.method == "GET") {
    const labels = new URLSearchParams(one.query).get("labels") ?? "";
    const pings = parseLabels(labels).pings.filter(isTaken);
    if (pings.length > 0 != text.startsWith("ok")) throw new Error(`${JSON.stringify(labels)} was answered ${text}`);
    for (const ping of pings) yield [dayOf(Date.now()), ping, undefined];
    return;
  }
  const decoded = decodeBatch(new TextDecoder().decode(one.body));
  if (!decoded.ok) throw new Error(`no batch, and it was answered ${text}`);
  const { accepted, duplicate } = JSON.parse(text) as TrackAnswer;
  const pings = decoded.value.pings.filter(isTaken);
  if (accepted !== pings.reduce((sum, { count }) => sum + count, 0)) throw new Error(`accepted: ${text}`);
  if (!duplicate) for (const ping of pings) yield [dayOf(decoded.value.at), ping, decoded.value.page];
}

function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

interface Answer {
  status: number;
  text: string;
}

function send({ hostname, port }: URL, agent: Agent, one: Attempt): Promise<Answer> {
  const body = one.method == "POST" ? one.body : undefined;
  const path = one.method == "GET" ? `/track/?${one.query}` : "/track/";
  const headers = body ? { "content-length": body.length } : {};
  return new Promise((resolve, reject) => {
    const request = sendHttp({ hostname, port, agent, method: one.method, path, headers }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      response.on("end", () => resolve({ status: response.statusCode!, text }));
    });
    request.on("error", reject).end(body);
  });
}

export const fuzz: Attack = {
  document: "SECURITY.md",
  async run({ isShort }) {
    const { runs, statuses, accepted, counted, wrongKeys } = await runFuzz(isShort ? 2_000 : 100_000);
    const { 200: answered = 0 } = statuses;
    return {
      lines: [
        `**${whole(runs)} fuzzed requests**: ${whole(answered)} answered 200, ${whole(runs - answered)} refused, no 5xx;`,
        `${whole(accepted)} actions said to be counted, ${whole(counted)} counted, ${wrongKeys} keys wrong.`,
      ],
      failures: failuresOf({ "a count is wrong": wrongKeys > 0 || counted !== accepted }),
    };
  },
};
