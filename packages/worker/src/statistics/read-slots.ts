import type { Day } from "@tracker/sdk/protocol";
import { callObject } from "../counting/call-day-counter.ts";
import { selectOpenObjects } from "../d1/objects.ts";
import type { Env } from "../env.ts";
import type { OpenObject } from "../model/counts.ts";
import type { SlotCounts } from "../model/slots.ts";

// Journal rows that an object reads in one turn, between which it counts.
const ROWS_AT_ONCE = 10_000;

/**
 * When a day's actions were counted, by its journals: exact, and at no written row. Actions stand where their batch was committed,
 * which is a minute after they happened at the most, or when a page that was offline came back.
 *
 * @returns nothing where the day has no journal: nothing was counted, or it is closed.
 * @throws when an object does not answer.
 */
export async function readSlots(env: Env, day: Day, site: string | undefined): Promise<SlotCounts | undefined> {
  const { results: objects } = await selectOpenObjects(env.DB, { from: day, to: day }).all<OpenObject>();
  if (objects.length === 0) return undefined;
  const slots = new Map<number, number>();
  const answers = await Promise.all(objects.map((object) => readObject(env, object, site)));
  if (answers.includes(undefined)) return undefined;
  for (const [slot, count] of answers.flatMap((answer) => answer!)) slots.set(slot, (slots.get(slot) ?? 0) + count);
  return slots;
}

/** What an object counted in which slot; nothing where it is gone. */
async function readObject(
  env: Env,
  { object, source }: OpenObject,
  site: string | undefined,
): Promise<[slot: number, count: number][] | undefined> {
  for (;;) {
    const answer = await callObject(env, object, (stub) => stub.readSlots({ source, site, maxRows: ROWS_AT_ONCE }));
    if (answer.gone) return undefined;
    if (!answer.more) return answer.slots;
  }
}
