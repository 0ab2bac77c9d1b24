import { Agent, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

export interface RetryRequest {
  method: "GET" | "POST";
  path: string;
  body?: string;
}

const CLIENTS = 32;
// An overloaded server is waited for: what it answers late counts as answered.
const ANSWER_MAX_MS = 120_000;

/**
 * Sends each request until it is answered with 200, 32 at a time, as clients do that mean it.
 *
 * @param onHalf Called once, when half of them are answered.
 */
export async function sendUntilAnswered(
  url: string,
  requests: readonly RetryRequest[],
  onHalf: () => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: CLIENTS });
  const pending = requests.values();
  let answered = 0;
  let half: Promise<void> | undefined;
  const runClient = async (): Promise<void> => {
    for (const one of pending) {
      while ((await send(agent, url, one)) != 200) await sleep(20);
      if (++answered >= requests.length / 2) half ??= onHalf();
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, runClient));
  await half;
  agent.destroy();
}

/** Resolves to the status; 0 when there was no answer. */
export function send(agent: Agent, url: string, { method, path, body = "" }: RetryRequest): Promise<number> {
  return new Promise((resolve) => {
    const headers = method == "POST" ? { "content-length": Buffer.byteLength(body) } : {};
    const sent = request(url + path, { agent, method, headers, timeout: ANSWER_MAX_MS }, (answer) => {
      answer
        .resume()
        .once("end", () => resolve(answer.statusCode!))
        .once("error", () => resolve(0));
    });
    sent.once("timeout", () => sent.destroy()).once("error", () => resolve(0));
    sent.end(body);
  });
}
