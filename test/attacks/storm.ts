import { Agent, request as sendHttp } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { encodeBatch, makeBatchId, type Batch } from "../../packages/sdk/src/protocol.ts";
import { readCounters } from "../support/databases.ts";
import { Ledger, type Verdict } from "../support/ledger.ts";
import { watchMemory, type MemoryFigures } from "../support/memory.ts";
import { pin } from "../support/processes.ts";
import { withWorker, type Worker } from "../support/worker.ts";
import { whole } from "../../bench/lib/report.ts";
import { failuresOf, HEAP_MAX_MB, memoryTable, type Attack } from "./attack.ts";

interface StormFigures extends Verdict {
  seconds: number;
  connections: number;
  /** Requests of the flood, and their answers by status; 0: the connection broke. */
  requests: number;
  statuses: Record<string, number>;
  /** What honest clients sent until it was acknowledged. */
  honestBatches: number;
  honestRetries: number;
  memory: MemoryFigures;
}

const TOKEN = "the-token-of-this-flood-run";
const CONNECTIONS = 128;
const HONEST_CLIENTS = 4;
const REQUEST_TIMEOUT_MS = 30_000;

/** Floods a Worker on one core with everything at once, while honest clients send and retry; then compares D1 with the truth. */
export function runStorm(seconds: number): Promise<StormFigures> {
  return withWorker({ ADMIN_TOKEN: TOKEN, SITES: "shop.example" }, (worker, folder) => rage(worker, folder, seconds));
}

async function rage(worker: Worker, folder: string, seconds: number): Promise<StormFigures> {
  const figures = {
    seconds,
    connections: CONNECTIONS,
    requests: 0,
    statuses: {} as Record<string, number>,
    honestBatches: 0,
    honestRetries: 0,
  };
  const ledger = new Ledger();
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS + HONEST_CLIENTS });
  try {
    const url = new URL(await worker.url);
    pin(worker.pid);
    let end = Infinity;
    const attacker = async (index: number): Promise<void> => {
      for (let number = index; performance.now() < end; number++) {
        const { status } = await send(url, agent, attackOf(number)).catch(() => ({ status: 0 }));
        figures.requests++;
        figures.statuses[status] = (figures.statuses[status] ?? 0) + 1;
      }
    };
    const client = async (index: number): Promise<void> => {
      for (let number = 0; performance.now() < end; number++) {
        const batch = honestBatch(index, number);
        ledger.send(batch);
        figures.honestBatches++;
        for (let attempt = 0; ; attempt++) {
          const answer = await send(url, agent, { body: encodeBatch(batch) }).catch(() => ({ status: 0 }));
          if (answer.status == 200) break;
          figures.honestRetries++;
          if (attempt == 50) throw new Error(`an honest batch was answered ${answer.status}, again and again`);
          await sleep(200);
        }
        ledger.acknowledge(batch);
        await sleep(50);
      }
    };
    const memory = await watchMemory(worker, () => {
      end = performance.now() + seconds * 1000;
      return Promise.all([
        ...Array.from({ length: CONNECTIONS }, (_, index) => attacker(index)),
        ...Array.from({ length: HONEST_CLIENTS }, (_, index) => client(index)),
      ]);
    });
    const report = await fetch(new URL("/report/", url), { headers: { authorization: `Bearer ${TOKEN}` } });
    if (!report.ok) throw new Error(`the flush failed: ${report.status}`);
    await worker.kill();
    const honest = new Map([...readCounters(folder)].filter(([key]) => key.includes(" honest ")));
    return { ...figures, memory, ...ledger.judgeCounters(honest) };
  } finally {
    agent.destroy();
  }
}

/** Invented labels, broken JSON, unknown pages, wrong tokens, wrong paths: in turn. */
function attackOf(number: number): { body?: string; path?: string; headers?: Record<string, string> } {
  switch (number % 6) {
    case 0:
    case 1: {
      const pings = Array.from({ length: 10 }, (_, index) => ({
        label: `made up ${number}-${index}`,
        category: "",
        domId: "",
        count: 1,
      }));
      return { body: encodeBatch({ id: makeBatchId(), at: Date.now(), pings }) };
    }
    case 2:
      return { path: `/track/?labels=made-up-${number}` };
    case 3:
      return { body: `{"v":1,"pings":[${"[".repeat(number % 1_000)}` };
    case 4:
      return { body: "{}", headers: { origin: "https://evil.example" } };
    default:
      return { path: "/get_stats/?dom_ids=a", headers: { authorization: `Bearer ${number}` } };
  }
}

function honestBatch(client: number, number: number): Batch {
  const ping = { label: `honest ${client}`, category: "flood", domId: `button ${number % 5}`, count: 1 + (number % 3) };
  return { id: makeBatchId(), at: Date.now(), pings: [ping] };
}

function send(
  { hostname, port }: URL,
  agent: Agent,
  { body, path = "/track/", headers = {} }: ReturnType<typeof attackOf>,
): Promise<{ status: number }> {
  return new Promise((resolve, reject) => {
    const request = sendHttp({
      hostname,
      port,
      path,
      agent,
      method: body === undefined ? "GET" : "POST",
      timeout: REQUEST_TIMEOUT_MS,
      headers: {
        origin: "https://shop.example",
        "cf-connecting-ip": "203.0.113.7",
        "user-agent": "Mozilla/5.0 Firefox/128.0",
        ...headers,
      },
    });
    request.on("response", (response) => response.resume().on("end", () => resolve({ status: response.statusCode! })));
    request.on("timeout", () => request.destroy(new Error("no answer")));
    request.on("error", reject).end(body);
  });
}

export const storm: Attack = {
  document: "SECURITY.md",
  async run({ isShort }) {
    const { statuses, memory, ...figures } = await runStorm(isShort ? 5 : 60);
    const answers = Object.entries(statuses)
      .map(([status, count]) => `${whole(count)} × ${status === "0" ? "none" : status}`)
      .join(", ");
    return {
      lines: [
        `**A storm** of ${figures.seconds} seconds by ${figures.connections} connections, as fast as a Worker on one core answered: ${whole(figures.requests)} requests,`,
        `answered ${answers}. Of the ${whole(figures.honestBatches)} batches that honest clients sent meanwhile, and`,
        `sent again ${whole(figures.honestRetries)} times, ${figures.lost} actions were lost and ${figures.doubled} doubled.`,
        "",
        memoryTable(memory),
      ],
      failures: failuresOf({
        "an honest client was counted wrongly": figures.lost + figures.doubled > 0,
        "Worker and object hold too much in memory": memory.heapMb.most > HEAP_MAX_MB,
      }),
    };
  },
};
