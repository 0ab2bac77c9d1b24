/**
 * Reads that are exact at any moment.
 *
 * D1's rows and watermarks are read in one transaction. Then each open object is asked for what it counted after that watermark. A
 * flush in between does no harm: a journal keeps its rows, and answers for any watermark. An object that is gone was closed after D1
 * was read, so D1 has everything now and is read again.
 */
import { listDays, type Day } from "@tracker/sdk/protocol";
import { readConfig } from "../config/config.ts";
import type { Env } from "../env.ts";
import { askByName, expectClosed, flushAll, TAIL_MAX_ROWS } from "../counting/flush.ts";
import type { TailQuery } from "../counting/contract.ts";
import { TailSums } from "../counting/tail-sums.ts";
import { firstGrowingDay } from "../model/growing-days.ts";
import { selectSites, type SiteDay } from "../d1/day-sum.ts";
import type { DayIncrement, Known } from "../d1/query.ts";
import type { DayRange, Increment, OpenObject } from "../model/counts.ts";
import { selectOpenObjects } from "../d1/objects.ts";

const REREADS = 2;
const ATTEMPTS = 5;
// Objects asked at the same time: each answer may be megabytes.
const ASKED_AT_ONCE = 6;
/**
 * The longest tail that is sent to D1 with a question, in characters of its keys. Each question of a page sends it again, so a longer one is
 * flushed first.
 */
const TAIL_MAX_CHARS = 1_000_000;

/**
 * What D1 gave, and the increments of one site that it does not have yet, as far as they are wanted.
 *
 * @throws when an object does not answer: a sum without it is wrong.
 */
export async function readExactly<Read extends { open: OpenObject[] }>(
  env: Env,
  site: string,
  isWanted: (increment: Increment) => boolean,
  readD1: () => Promise<Read>,
): Promise<Read & { tail: Increment[] }> {
  for (let reread = 0; ; reread++) {
    const read = await readD1();
    const tail: Increment[] = [];
    const gone: OpenObject[] = [];
    await forEachTail(env, read.open, { site }, (object, sums) => {
      if (!sums) return void gone.push(object);
      for (const increment of sums) if (isWanted(increment)) tail.push(increment);
    });
    if (gone.length === 0) return { ...read, tail };
    if (reread === REREADS) {
      // D1 was restored to a time before this object closed. It held all that the object counted, and gets no more.
      for (const object of gone) expectClosed(env, object);
      return { ...read, tail };
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
    const { tail, gone } = await gatherTails(env, open, site);
    if (!tail) {
      await flushAll(env);
      ({ open, siteDays } = await readKnown(env, { from, to }, []));
      continue;
    }
    const sites = [...new Set([...siteDays, ...tail.map(([site]) => ({ site }))].map(({ site }) => site))].toSorted();
    const first = [...siteDays, ...open].reduce((first, { day }) => (day < first ? day : first), to);
    const known = { sites: sites.filter(isAsked), from: from > first ? from : first, to, tail };
    const now = await readKnown(env, { from, to }, ask(known));
    if (JSON.stringify(now.open) === JSON.stringify(open)) {
      // These objects are gone although D1 still lists them as open.
      for (const object of gone) expectClosed(env, object);
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

/** The tails of objects, each with its day; `undefined` if they are too long for a question. */
async function gatherTails(
  env: Env,
  open: readonly OpenObject[],
  site: string | undefined,
): Promise<{ tail: DayIncrement[] | undefined; gone: OpenObject[] }> {
  const days = new Map<Day, TailSums>();
  const gone: OpenObject[] = [];
  let chars = 0;
  await forEachTail(env, open, { site, maxChars: TAIL_MAX_CHARS }, (object, sums) => {
    if (!sums) return void gone.push(object);
    // A day's shards have mostly the same names, so summing them saves most of the length.
    const ofDay = days.get(object.day);
    if (ofDay) ofDay.addAll(sums);
    else days.set(object.day, sums);
    chars = [...days.values()].reduce((total, { chars }) => total + chars, 0);
    return chars > TAIL_MAX_CHARS;
  });
  if (chars > TAIL_MAX_CHARS) return { tail: undefined, gone };
  const tail = [...days].flatMap(([day, sums]) =>
    Array.from(sums, ([site, label, category, domId, count, page]): DayIncrement =>
      page === undefined
        ? [site, label, category, domId, count, day]
        : [site, label, category, domId, count, day, page],
    ),
  );
  return { tail, gone };
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

/** Which part of a tail is asked for. */
type Part = Pick<TailQuery, "site" | "maxChars">;

/** Reads the tails of objects, some at a time, until `take` returns true. `take` gets `undefined` for an object that is gone. */
async function forEachTail(
  env: Env,
  objects: readonly OpenObject[],
  part: Part,
  take: (object: OpenObject, sums: TailSums | undefined) => boolean | void,
): Promise<void> {
  const left = objects.values();
  let isEnough = false;
  const work = async (): Promise<void> => {
    for (const object of left) {
      const sums = await readTail(env, object, part);
      isEnough ||= take(object, sums) === true;
      if (isEnough) return;
    }
  };
  await Promise.all(Array.from({ length: ASKED_AT_ONCE }, work));
}

/** What an object counted after its watermark; `undefined` if it is gone. */
async function readTail(env: Env, object: OpenObject, part: Part): Promise<TailSums | undefined> {
  // Summed part by part: after hours without D1 there are many parts, with mostly the same names.
  const sums = new TailSums();
  for (let after = object.watermark; ;) {
    const tail = await askByName(env)(object, { source: object.source, after, maxRows: TAIL_MAX_ROWS, ...part });
    if (tail.gone) return undefined;
    sums.add(tail.increments);
    if (!tail.more || sums.chars > (part.maxChars ?? Infinity)) return sums;
    after = tail.upto;
  }
}
