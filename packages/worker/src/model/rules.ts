/**
 * What rules say of counts, without I/O: what the cron sees goes in, what has become true comes out.
 *
 * A rule watches labels, each by itself. For each it remembers whether its condition is true, which then has been told. So a condition is
 * told when it becomes true, and again only after it was false.
 */
import { addDays, type Day } from "@tracker/sdk/protocol";
import { judgeChange } from "./change.ts";
import type { Problem } from "./problems.ts";

export const RULE_KINDS = ["gone_quiet", "reaches", "changes", "unhealthy", "digest"] as const;
export type RuleKind = (typeof RULE_KINDS)[number];

export interface Rule {
  id: number;
  kind: RuleKind;
  /** `""`: all sites together. */
  site: string;
  /** A label, or the beginning of labels with `*` at its end; `""`: all labels together. */
  label: string;
  /** Hours for `gone_quiet`, a count for `reaches`, percent for `changes`; else 0. */
  number: number;
  /** The dashboard's address, which messages link to; ends with a slash. */
  home: string;
}

/** What `number` may be, by kind. */
export const NUMBERS: Record<RuleKind, { min: number; max: number; words: string }> = {
  gone_quiet: { min: 1, max: 120, words: "hours without a count, 1 to 120" },
  reaches: { min: 1, max: 1_000_000_000, words: "a day's count, 1 to 1,000,000,000" },
  changes: { min: 20, max: 1_000, words: "percent, 20 to 1,000" },
  unhealthy: { min: 0, max: 0, words: "none" },
  digest: { min: 0, max: 0, words: "none" },
};

/** The most labels that a rule watches. */
export const WATCHED_MAX = 50;
/** Days that a rule looks at: today, the five that a label may be quiet, the week before. */
export const DAYS_SEEN = 13;
/** Counts of days before today that may still come in: pings are taken for 48 hours. */
const GROWING_DAYS = 3;
/**
 * A label that only a pattern names is quiet where so many counts would have come at its pace of the week before. That none comes by chance
 * is then as likely as e^-7, 0.1%.
 */
const MISSED_LEAST = 7;
const HOUR_MS = 3_600_000;

/** What is remembered of a label, a problem or the week. */
export interface Memory {
  /** Whether it is true, and so has been told. */
  told?: boolean;
  /** The day that it was told of, or the week's Monday. */
  day?: Day;
  /** `gone_quiet`: when it was last seen to grow, ms since epoch, and what was counted on the growing days then. */
  grewAt?: number;
  counts?: Record<Day, number>;
}
export type RuleState = Record<string, Memory>;

/** What the cron sees. */
export interface Sight {
  /** Ms since epoch. */
  now: number;
  today: Day;
  /** The watched labels' counts by day; those of all labels together under `""`. */
  counts: ReadonlyMap<string, ReadonlyMap<Day, number>>;
  /** Codes of what is wrong with the tracker. */
  problems: readonly Problem[];
}

/** What became true, of which label or problem. */
export type Crossing =
  | { kind: "gone_quiet"; label: string; since: number; lastDay: Day }
  | { kind: "reaches"; label: string; day: Day; count: number }
  | { kind: "changes"; label: string; day: Day; count: number; before: number }
  | { kind: "unhealthy"; problem: Problem }
  | { kind: "digest"; from: Day; to: Day };

export interface Judgement {
  state: RuleState;
  crossings: Crossing[];
}

/** What has become true of a rule, and what it remembers next. Judging the same sight again tells nothing and changes nothing. */
export function judgeRule(rule: Rule, state: RuleState, sight: Sight): Judgement {
  switch (rule.kind) {
    case "gone_quiet":
      return judgeEach(sight, (label, counts) => judgeQuiet(rule, label, counts, state[label], sight));
    case "reaches":
      return judgeEach(sight, (label, counts) => judgeReached(rule, label, counts, state[label], sight));
    case "changes":
      return judgeEach(sight, (label, counts) => judgeChanged(rule, label, counts, state[label], sight));
    case "unhealthy":
      return judgeProblems(state, sight);
    case "digest":
      return judgeWeek(state, sight);
  }
}

/** Whether the label of a rule stands for all that begin so. */
export function isPattern(label: string): boolean {
  return label.endsWith("*");
}

/** What a rule's state says is true now: labels or problems. */
export function listTold(state: string): string[] {
  const memories = Object.entries(JSON.parse(state) as RuleState);
  return memories.flatMap(([name, { told }]) => (told ? name : []));
}

type Verdict = { memory?: Memory | undefined; crossing?: Crossing | undefined };
type DayCounts = ReadonlyMap<Day, number>;

/** Labels that are not in sight were not counted for days: what is remembered of them goes. */
function judgeEach({ counts }: Sight, judge: (label: string, counts: DayCounts) => Verdict): Judgement {
  const judgement: Judgement = { state: {}, crossings: [] };
  for (const [label, ofLabel] of counts) {
    const { memory, crossing } = judge(label, ofLabel);
    if (memory) judgement.state[label] = memory;
    if (crossing) judgement.crossings.push(crossing);
  }
  return judgement;
}

/** Silence is measured between runs of the cron: a label grew when a day has more than the run before saw. */
function judgeQuiet(
  rule: Rule,
  label: string,
  counts: DayCounts,
  memory: Memory | undefined,
  { now, today }: Sight,
): Verdict {
  const growing = [...counts].filter(([day]) => day >= addDays(today, -GROWING_DAYS));
  const hasGrown = !memory || growing.some(([day, count]) => count > (memory.counts?.[day] ?? 0));
  if (hasGrown)
    return {
      memory: {
        grewAt: now,
        day: today,
        counts: Object.fromEntries(growing.toSorted(([one], [other]) => (one < other ? -1 : 1))),
      },
    };
  const { grewAt = now, day: grewOn = today, told } = memory;
  if (told || now - grewAt < rule.number * HOUR_MS) return { memory };
  if (isPattern(rule.label)) {
    const week = sumOf(counts, addDays(grewOn, -7), addDays(grewOn, -1));
    if ((week / (7 * 24)) * rule.number < MISSED_LEAST) return { memory };
  }
  const lastDay = [...counts.keys()].toSorted().at(-1) ?? grewOn;
  return { memory: { ...memory, told: true }, crossing: { kind: "gone_quiet", label, since: grewAt, lastDay } };
}

/** True from the moment that the day's count is there to the end of the day. */
function judgeReached(
  rule: Rule,
  label: string,
  counts: DayCounts,
  memory: Memory | undefined,
  { today }: Sight,
): Verdict {
  const count = counts.get(today) ?? 0;
  if (count < rule.number) return {};
  if (memory?.day === today) return { memory };
  return { memory: { told: true, day: today }, crossing: { kind: "reaches", label, day: today, count } };
}

/** Compares the last whole day with the same weekday before, as `judgeChange` does: so that chance is no change. */
function judgeChanged(
  rule: Rule,
  label: string,
  counts: DayCounts,
  memory: Memory | undefined,
  { today, counts: all }: Sight,
): Verdict {
  const day = addDays(today, -1);
  const count = counts.get(day) ?? 0;
  const earlier = addDays(day, -7);
  // A label that is newer than a week has nothing to be compared with.
  if (![...counts.keys()].some((known) => known <= earlier)) return {};
  const before = counts.get(earlier) ?? 0;
  const compared = { nowDays: 1, beforeDays: 1, to: day, tested: all.size };
  const isChange = judgeChange({ now: count, before, last: day }, compared) !== undefined;
  const isEnough = Math.abs(count - before) * 100 >= rule.number * before;
  if (!isChange || !isEnough) return {};
  if (memory) return { memory };
  return { memory: { told: true }, crossing: { kind: "changes", label, day, count, before } };
}

function judgeProblems(state: RuleState, { problems }: Sight): Judgement {
  return {
    state: Object.fromEntries(problems.map((problem) => [problem, { told: true }])),
    crossings: problems.filter((problem) => !state[problem]).map((problem) => ({ kind: "unhealthy", problem })),
  };
}

/** Tells of a week when it is over: the first from Monday to Sunday after the rule was made. */
function judgeWeek(state: RuleState, { today }: Sight): Judgement {
  const monday = mondayOf(today);
  const known = state[""]?.day;
  if (known !== undefined && known >= monday) return { state, crossings: [] };
  const week: Crossing = { kind: "digest", from: addDays(monday, -7), to: addDays(monday, -1) };
  return { state: { "": { day: monday } }, crossings: known === undefined ? [] : [week] };
}

function mondayOf(day: Day): Day {
  return addDays(day, -((new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7));
}

function sumOf(counts: DayCounts, from: Day, to: Day): number {
  let sum = 0;
  for (const [day, count] of counts) if (day >= from && day <= to) sum += count;
  return sum;
}
