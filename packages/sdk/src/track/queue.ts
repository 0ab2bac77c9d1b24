import { PING_MAX_COUNT } from "../protocol/limits.ts";
import { PING_EXTRA_CHARS, QUEUE_CHARS } from "./limits.ts";

// What has been tracked and is in no batch yet.

/** How often each ping happened, by its lines: equal pings are one entry. */
export const queue = new Map<string, number>();
/** About what they take as JSON. */
let chars = 0;

/** Adds a ping; false when there is no room for it before the queue is sealed. */
export function addToQueue(lines: string, count: number): boolean {
  const before = queue.get(lines) ?? 0;
  if (before + count > PING_MAX_COUNT || chars > QUEUE_CHARS) return false;
  if (before == 0) chars += lines.length + PING_EXTRA_CHARS;
  queue.set(lines, before + count);
  return true;
}

export function clearQueue(): void {
  queue.clear();
  chars = 0;
}
