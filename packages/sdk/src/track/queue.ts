import { PING_EXTRA, QUEUE_ROOM } from "./limits.ts";

// What has been tracked and is in no batch yet.

/** How often each ping happened, by its lines: equal pings are one entry. */
const queue = new Map<string, number>();
/** How much of the room is taken. */
let used = 0;

/** Adds a ping; false when there is no room for it before the queue is taken. */
export function addToQueue(lines: string, count: number): boolean {
  const before = queue.get(lines);
  const fits = !used || used + count <= QUEUE_ROOM;
  if (fits) {
    used += count + (before ? 0 : lines.length + PING_EXTRA);
    queue.set(lines, count + (before ?? 0));
  }
  return fits;
}

/** What was in the queue, which is empty then. */
export function takeQueue(): [lines: string, count: number][] {
  const pings = [...queue];
  queue.clear();
  used = 0;
  return pings;
}
