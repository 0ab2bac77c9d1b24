import { isbot } from "isbot";

/** Why a request is no visitor's action. */
export type InvalidTraffic = "bot" | "prefetch" | "embedded";

// isbot's pattern takes some microseconds, and most visitors share a few hundred user agents.
const KNOWN_MAX = 500;
const known = new Map<string, boolean>();

/**
 * Crawlers and programs, by their user agent; what a browser loads ahead of a click that may never come; and what a page embeds.
 * https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Sec-Purpose
 *
 * @param isImage Whether an image is what was asked for.
 */
export function findInvalidTraffic(headers: Headers, countBots: boolean, isImage: boolean): InvalidTraffic | undefined {
  const purpose = headers.get("sec-purpose") ?? headers.get("purpose") ?? headers.get("x-moz");
  if (purpose && /prefetch|prerender|preview/i.test(purpose)) return "prefetch";
  if (isEmbedded(headers, isImage)) return "embedded";
  return !countBots && isBot(headers.get("user-agent") ?? "") ? "bot" : undefined;
}

/**
 * Whether a page shows this as an image, a frame or the like, or links to it from another site: everybody whose text or picture is on
 * the page can make it do that, at each view. Scripts and an address that is typed are none of those.
 * https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Sec-Fetch-Dest
 */
function isEmbedded(headers: Headers, isImage: boolean): boolean {
  const destination = headers.get("sec-fetch-dest") ?? "empty";
  if (destination == "document") return !["none", "same-origin"].includes(headers.get("sec-fetch-site") ?? "none");
  return destination != "empty" && !(isImage && destination == "image");
}

function isBot(userAgent: string): boolean {
  const answer = known.get(userAgent);
  if (answer !== undefined) return answer;
  const isOne = isbot(userAgent);
  if (known.size >= KNOWN_MAX) known.clear();
  if (userAgent.length < 300) known.set(userAgent, isOne);
  return isOne;
}
