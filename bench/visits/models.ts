/**
 * What visitors do, made from a seed: the same seed, the same visits.
 *
 * The numbers are a model, not a measurement: people click every few seconds while they look for something, and hardly while they read.
 */

/** Something that happens on a page, and how long after what came before it. */
export type Step =
  | { afterMs: number; kind: "click" }
  /** The phone is locked, or the tab is left for another: the page is hidden and frozen for so long. */
  | { afterMs: number; kind: "lock"; forMs: number };

/** What happens between a page's load and its end. */
export interface PageView {
  steps: Step[];
  /** From the last step until the page is left. */
  restMs: number;
}

export interface Visit {
  model: Model;
  pages: PageView[];
}

export const MODELS = {
  landing: "a landing page: 1 click within 15 s, then on or away",
  shop: "a shop: 3 pages of 40 s, a click each 6 s on average",
  reader: "a reader: 1 page for 5 minutes, a click each minute on average",
  app: "an app: 1 page for 30 minutes, 12 bursts of 3 to 12 clicks",
  phone: "a phone: 2 pages with 6 clicks each, locked in between for 1 to 10 minutes",
} as const;

export type Model = keyof typeof MODELS;

/** How often each comes: small visits are the most, as on the web. */
const WEIGHTS: Record<Model, number> = { landing: 0.4, shop: 0.3, reader: 0.15, app: 0.05, phone: 0.1 };

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;

type Random = () => number;

const MAKERS: Record<Model, (random: Random) => PageView[]> = {
  landing: (random) => [
    { steps: [click(between(random, 2, 15) * SECOND_MS)], restMs: between(random, 0.2, 10) * SECOND_MS },
  ],
  shop: (random) => Array.from({ length: 3 }, () => clickFor(random, 40 * SECOND_MS, 6 * SECOND_MS)),
  reader: (random) => [clickFor(random, 5 * MINUTE_MS, MINUTE_MS)],
  app: (random) => {
    const steps = Array.from({ length: 12 }, () => [
      click(between(random, 0.5, 4.5) * MINUTE_MS),
      ...Array.from({ length: Math.floor(between(random, 2, 12)) }, () => click(between(random, 0.3, 2) * SECOND_MS)),
    ]).flat();
    return [endAfter(30 * MINUTE_MS, steps)];
  },
  phone: (random) =>
    Array.from({ length: 2 }, () => {
      const steps: Step[] = Array.from({ length: 6 }, () => click(between(random, 1, 8) * SECOND_MS));
      steps.splice(3, 0, {
        afterMs: between(random, 0.1, 5) * SECOND_MS,
        kind: "lock",
        forMs: between(random, 1, 10) * MINUTE_MS,
      });
      return { steps, restMs: between(random, 0.2, 10) * SECOND_MS };
    }),
};

/** A visit of a model. */
export function makeVisit(model: Model, random: Random): Visit {
  return { model, pages: MAKERS[model](random) };
}

/** So many visits, mixed as on a web site. */
export function mixVisits(count: number, random: Random): Visit[] {
  return Array.from({ length: count }, () => {
    let left = random();
    const model = (Object.keys(WEIGHTS) as Model[]).find((one) => (left -= WEIGHTS[one]) < 0) ?? "landing";
    return makeVisit(model, random);
  });
}

/** How often a model comes in a mix. */
export function weightOf(model: Model): number {
  return WEIGHTS[model];
}

function clickFor(random: Random, ms: number, everyMs: number): PageView {
  const steps: Step[] = [];
  let at = 0;
  for (;;) {
    const afterMs = -Math.log(1 - random()) * everyMs;
    if (at + afterMs > ms) return { steps, restMs: ms - at };
    steps.push(click(afterMs));
    at += afterMs;
  }
}

/** Leaves out what comes too late. */
function endAfter(ms: number, steps: readonly Step[]): PageView {
  const taken: Step[] = [];
  let at = 0;
  for (const step of steps) {
    if (at + step.afterMs > ms) break;
    taken.push(step);
    at += step.afterMs;
  }
  return { steps: taken, restMs: ms - at };
}

function click(afterMs: number): Step {
  return { afterMs, kind: "click" };
}

function between(random: Random, low: number, high: number): number {
  return low + random() * (high - low);
}
