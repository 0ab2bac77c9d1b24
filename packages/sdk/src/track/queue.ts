import { PING_EXTRA, QUEUE_ROOM } from "./limits.ts";

// What has been tracked and is in no batch yet.

/** How often each ping happened, by its lines: equal pings are one entry. */
export const queue = new Map<string, number>();
/** How much of the room is taken. */
let used = 0;

/** Adds a ping; false when there is no room for it before the queue is sealed. */
export function addToQueue(lines: string, count: number): boolean {
  const before = queue.get(lines);
  const fits = !used || used + count <= QUEUE_ROOM;
  if (fits) {
    used += count + (before ? 0 : lines.length + PING_EXTRA);
    queue.set(lines, count + (before ?? 0));
  }
  return fits;
}

export function clearQueue(): void {
  queue.clear();
  used = 0;
}
