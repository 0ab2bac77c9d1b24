import type { BatchAnswer } from "../protocol/retry.ts";

/** What came of a try to send a batch. */
export interface Reply {
  response?: Response;
  answer?: BatchAnswer;
  /** Why there is no answer. */
  error?: unknown;
}

/** A server that has said nothing for so long will not say anything; a phone with a bad connection needs some of it. */
const TIMEOUT_MS = 30_000;

/** One try to send a batch. Never rejects. */
export function post(url: string, body: string): Promise<Reply> {
  return Promise.race([ask(url, body), failAfterTimeout()]).catch((error: unknown) => ({ error }));
}

/** A timer of our own: Firefox never settles a request that ends while the page is in the back/forward cache. */
export function failAfterTimeout(): Promise<never> {
  return new Promise((_, reject) => setTimeout(reject, TIMEOUT_MS, "no answer"));
}

async function ask(url: string, body: string): Promise<Reply> {
  const response = await fetch(url, { method: "POST", body, keepalive: true, credentials: "omit" });
  // Something else than a Tracker may answer, and not in JSON.
  return { response, answer: await response.json().catch(() => ({})) };
}
