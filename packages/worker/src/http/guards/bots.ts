import { isbot } from "isbot";

/** Why a request is no visitor's action. */
export type Noise = "bot" | "prefetch";

// isbot's pattern takes some microseconds, and most visitors share a few hundred user agents.
const KNOWN_MAX = 500;
const known = new Map<string, boolean>();

/**
 * Crawlers and programs, by their user agent, and what a browser loads ahead of a click that may never come.
 * https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Sec-Purpose
 */
export function noiseOf(headers: Headers, countBots: boolean): Noise | undefined {
  const purpose = headers.get("sec-purpose") ?? headers.get("purpose") ?? headers.get("x-moz");
  if (purpose && /prefetch|prerender|preview/i.test(purpose)) return "prefetch";
  return !countBots && isBot(headers.get("user-agent") ?? "") ? "bot" : undefined;
}

function isBot(userAgent: string): boolean {
  const answer = known.get(userAgent);
  if (answer !== undefined) return answer;
  const isOne = isbot(userAgent);
  if (known.size >= KNOWN_MAX) known.clear();
  if (userAgent.length < 300) known.set(userAgent, isOne);
  return isOne;
}
