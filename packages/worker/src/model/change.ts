/**
 * What counts as a change, and what as chance.
 *
 * Counts vary by themselves: 2 after 4 says nothing. Two counts are taken for different when all of this holds:
 *
 * 1. the larger one is at least `FLOOR`;
 * 2. the rate a day changed by at least `LEAST_CHANGE`;
 * 3. chance alone would rarely do it. If both came at the same rate, then of `n = now + before` actions the later ones are
 *    binomially distributed, with the later days' share of all days as their chance (Przyborowski and Wilenski 1940, "Homogeneity of
 *    results in testing samples from Poisson series", Biometrika 31). Its score statistic
 *    `z² = (now·beforeDays − before·nowDays)² / (n·nowDays·beforeDays)` must reach `2·ln(tested / ALPHA)`.
 *    As `P(|Z| ≥ z) ≤ e^(−z²/2)`, that is at most `ALPHA` for all labels of a list together (Bonferroni), however many they are.
 *
 * A label has gone quiet when at its rate of before, the days since it was last seen would have brought at least `FLOOR` actions and
 * `ln(tested / ALPHA)`: the chance of none among `x` is `e^(−x)`. Fewer than three days at the end of a longer range are no silence: many
 * pages rest at weekends.
 *
 * `d1/changes.ts` says the same in SQL, for lists; a test holds them to the same answers.
 */
import type { Day } from "@tracker/sdk/protocol";

/** Fewer actions than these are never a change. */
export const FLOOR = 20;
/** The least change of a rate that is worth a word. */
export const LEAST_CHANGE = 0.2;
/** How often chance may be taken for a change: in one list of twenty. */
export const ALPHA = 0.05;
/** How many days at the end of a range without an action are no silence yet. */
export const REST_DAYS = 2;

export type Change = "up" | "down" | "new" | "quiet";

export interface Counts {
  now: number;
  before: number;
  /** The last day with an action, of both ranges. */
  last: Day;
}

export interface Compared {
  /** Days of the range, and of the one before. */
  nowDays: number;
  beforeDays: number;
  /** The last day of the range. */
  to: Day;
  /** How many labels were looked at: those whose larger count is at least `FLOOR`. */
  tested: number;
}

/** How a count changed; nothing where chance may have done it. */
export function judgeChange(
  { now, before, last }: Counts,
  { nowDays, beforeDays, to, tested }: Compared,
): Change | undefined {
  const surprise = Math.log(Math.max(1, tested) / ALPHA);
  const silentDays = (Date.parse(to) - Date.parse(last)) / 86_400_000;
  const missed = (before / beforeDays) * silentDays;
  if (silentDays > Math.min(nowDays - 1, REST_DAYS) && missed >= Math.max(FLOOR, surprise)) return "quiet";
  const difference = now * beforeDays - before * nowDays;
  const score = difference ** 2 / ((now + before) * nowDays * beforeDays);
  if (Math.max(now, before) < FLOOR || score < 2 * surprise) return undefined;
  if (before === 0) return "new";
  if (Math.abs(difference) < LEAST_CHANGE * before * nowDays) return undefined;
  return difference > 0 ? "up" : "down";
}
