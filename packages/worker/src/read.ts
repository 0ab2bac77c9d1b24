/**
 * Reads that are exact at any moment. D1's rows and watermarks are read at one moment; then each open object gives what it
 * counted after just that watermark. A flush in between moves rows that were read neither twice nor not at all, since
 * journals answer for any watermark. An object that is gone was closed after D1 was read: then D1 has all, and is read again.
 */
import type { Env } from "./env.ts";
import { askByName, TAIL_MAX_ROWS } from "./flush.ts";
import type { Increment, OpenObject } from "./statistic.ts";

const REREADS = 2;

/** What D1 gave, and the increments it does not have yet. @throws when an object does not answer: a sum without it is wrong. */
export async function readExactly<Read extends { open: OpenObject[] }>(
  env: Env,
  readD1: () => Promise<Read>,
): Promise<Read & { tail: Increment[] }> {
  for (let reread = 0; ; reread++) {
    const read = await readD1();
    const tails = await Promise.all(read.open.map((object) => readTail(env, object)));
    // Still open in D1 though gone: a D1 restored to an earlier time, which will never get more.
    if (tails.every((tail) => tail !== undefined) || reread == REREADS) {
      return { ...read, tail: tails.flatMap((tail) => tail ?? []) };
    }
  }
}

async function readTail(env: Env, object: OpenObject): Promise<Increment[] | undefined> {
  const increments: Increment[] = [];
  for (let after = object.watermark; ;) {
    const tail = await askByName(env)(object, { source: object.source, after, maxRows: TAIL_MAX_ROWS });
    if (tail.gone) return undefined;
    for (const increment of tail.increments) increments.push(increment);
    if (!tail.more) return increments;
    after = tail.upto;
  }
}
