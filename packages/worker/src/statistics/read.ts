/**
 * Reads that are exact at any moment. D1's rows and watermarks are read at one moment; then each open object gives what it
 * counted after just that watermark. A flush in between moves rows that were read neither twice nor not at all, since
 * journals answer for any watermark. An object that is gone was closed after D1 was read: then D1 has all, and is read again.
 */
import { listDays, type Day } from "@tracker/sdk/protocol";
import { readConfig } from "../config/config.ts";
import type { Env } from "../env.ts";
import { addIncrements, askByName, TAIL_MAX_ROWS } from "../counting/flush.ts";
import { firstGrowingDay } from "../model/growing-days.ts";
import { selectSites, type SiteDay } from "../d1/day-sum.ts";
import type { DayIncrement, Known } from "../d1/query.ts";
import type { DayRange, Increment, OpenObject } from "../model/counts.ts";
import { selectOpenObjects } from "../d1/objects.ts";

const REREADS = 2;
const ATTEMPTS = 5;

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
      return { ...read, tail: tails.flatMap((tail) => tail?.increments ?? []) };
    }
  }
}

/** What is asked about: days, and one site or all. */
export interface Subject extends DayRange {
  site?: string | undefined;
}

export interface Answers<Row> {
  /** The rows of each question. */
  results: Row[][];
  /** All sites that have statistics. */
  sites: readonly string[];
  /** Days of the range whose counts may still grow. */
  openDays: readonly Day[];
}

/**
 * Asks D1 questions that take the tails as a parameter, so that D1 sums, sorts and pages over all that is counted.
 *
 * Exact as `readExactly` is, though the tails come first: in the transaction that answers, the watermarks are still those that
 * the tails were asked from. Where a flush moved them in between, all starts over from there.
 */
export async function queryExactly<Row>(
  env: Env,
  { site, from, to }: Subject,
  ask: (known: Known) => D1PreparedStatement[],
): Promise<Answers<Row>> {
  const isAsked = (other: string): boolean => site === undefined || site === other;
  let { open, siteDays } = await readKnown(env, { from, to }, []);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    // An object that is gone was closed in between: the answer's watermarks will tell.
    const tails = await Promise.all(open.map(async (object) => (await readTail(env, object))?.increments ?? []));
    const tail = tails
      .flatMap((increments, index) => increments.map((one): DayIncrement => [...one, open[index]!.day]))
      .filter(([other]) => isAsked(other));
    const sites = [...new Set([...siteDays, ...tail.map(([site]) => ({ site }))].map(({ site }) => site))].toSorted();
    const first = [...siteDays, ...open].reduce((first, { day }) => (day < first ? day : first), to);
    const known = { sites: sites.filter(isAsked), from: from > first ? from : first, to, tail };
    const now = await readKnown(env, { from, to }, ask(known));
    if (JSON.stringify(now.open) === JSON.stringify(open)) {
      const firstGrowing = firstGrowingDay(readConfig(env).calendar, Date.now());
      const growing = listDays(from > firstGrowing ? from : firstGrowing, to);
      const openDays = [...new Set([...open.map(({ day }) => day), ...growing])]
        .filter((day) => day >= from)
        .toSorted();
      return { results: now.results as Row[][], sites, openDays };
    }
    ({ open, siteDays } = now);
  }
  throw new Error("each time D1 was asked, a flush came between");
}

/** The open objects, the sites, and the answers to questions: all of one moment. */
async function readKnown(
  env: Env,
  range: DayRange,
  questions: D1PreparedStatement[],
): Promise<{ open: OpenObject[]; siteDays: SiteDay[]; results: unknown[][] }> {
  const [open, siteDays, ...answers] = await env.DB.batch([
    selectOpenObjects(env.DB, range),
    selectSites(env.DB),
    ...questions,
  ]);
  return {
    open: open!.results as OpenObject[],
    siteDays: siteDays!.results as SiteDay[],
    results: answers.map(({ results }) => results),
  };
}

/** What an object counted after its watermark, and the row that this goes up to; nothing when it is gone. */
export async function readTail(
  env: Env,
  object: OpenObject,
): Promise<{ increments: Increment[]; upto: number } | undefined> {
  // Summed as they come: after hours without D1 each of many parts has nearly all names.
  const sums = new Map<string, Increment>();
  for (let after = object.watermark; ;) {
    const tail = await askByName(env)(object, { source: object.source, after, maxRows: TAIL_MAX_ROWS });
    if (tail.gone) return undefined;
    addIncrements(sums, tail.increments);
    if (!tail.more) return { increments: [...sums.values()], upto: tail.upto };
    after = tail.upto;
  }
}
