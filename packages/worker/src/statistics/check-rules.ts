/**
 * The hourly look at rules.
 *
 * Contract: what becomes true of a rule has one message, whether the cron is killed anywhere, runs twice or races another.
 *
 * Why it holds: the counts are judged by `judgeRule`, which depends on nothing but them and the rule's state. One transaction writes the
 * new state and the messages, guarded by the state still being the one that was read. Killed before, the next run judges again; killed
 * after, it finds what it would tell told. (What sends the messages is in `send-messages.ts`.)
 */
import { addDays, type Day } from "@tracker/sdk/protocol";
import { readConfig } from "../config/config.ts";
import { listRules, storeJudgement, type Message, type StoredRule } from "../d1/rules.ts";
import type { Known } from "../d1/query.ts";
import { selectSums } from "../d1/sums.ts";
import type { Env } from "../env.ts";
import { logError } from "../log.ts";
import { writeMessage } from "../model/rule-message.ts";
import { DAYS_SEEN, isPattern, judgeRule, WATCHED_MAX, type RuleState, type Sight } from "../model/rules.ts";
import { findProblems } from "./problems.ts";
import { queryExactly } from "./read.ts";
import { readFacts } from "./rule-facts.ts";

/** Judges every rule by exact counts. One that fails does not stop the others. */
export async function checkRules(env: Env, now: number): Promise<void> {
  const rules = await listRules(env.DB);
  if (rules.length === 0) return;
  const sights = await readSights(env, rules, now);
  for (const rule of rules) {
    await checkRule(env, rule, sights.get(rule.id)!).catch((error: unknown) =>
      logError("rule_failed", error, { rule: rule.id }),
    );
  }
}

async function checkRule(env: Env, rule: StoredRule, sight: Sight): Promise<void> {
  const { state, crossings } = judgeRule(rule, parseState(rule), sight);
  const text = JSON.stringify(state);
  if (text === rule.state) return;
  const messages: Message[] = [];
  for (const crossing of crossings) {
    const id = crypto.randomUUID();
    messages.push({ id, body: JSON.stringify(writeMessage(id, rule, crossing, await readFacts(env, rule, crossing))) });
  }
  const nextAt = readConfig(env).webhook ? sight.now : null;
  await storeJudgement(env.DB, rule, text, messages, { now: sight.now, nextAt });
}

/** What is seen of each rule, by its id. */
async function readSights(env: Env, rules: readonly StoredRule[], now: number): Promise<Map<number, Sight>> {
  const today = readConfig(env).calendar.dayOf(now);
  const counts = await readCounts(env, rules, today);
  const problems = rules.some(({ kind }) => kind === "unhealthy") ? (await findProblems(env, now)).problems : [];
  return new Map(rules.map(({ id }) => [id, { now, today, counts: counts.get(id) ?? new Map(), problems }]));
}

type Counts = Map<string, Map<Day, number>>;

/** The counts by day of what each rule watches. Two questions to D1, however many rules there are. */
async function readCounts(env: Env, rules: readonly StoredRule[], today: Day): Promise<Map<number, Counts>> {
  const db = env.DB;
  const subject = { from: addDays(today, 1 - DAYS_SEEN), to: today };
  const counting = rules.filter(({ kind }) => kind !== "unhealthy" && kind !== "digest");
  const patterns = counting.filter(({ label }) => isPattern(label));
  const most = { order: ["counter", "desc"], limit: WATCHED_MAX } as const;
  const top =
    patterns.length === 0
      ? []
      : (
          await queryExactly<{ label: string }>(env, subject, (known) =>
            patterns.map((rule) => selectSums(db, narrow(known, rule), { prefix: prefixOf(rule) }, ["label"], most)),
          )
        ).results;
  if (counting.length === 0) return new Map();
  const watched = counting.map((rule) => {
    const found = top[patterns.indexOf(rule)]?.map(({ label }) => label) ?? [rule.label];
    // What is being watched stays: a label that goes quiet is soon none of the most counted.
    return [...new Set([...Object.keys(parseState(rule)), ...found])].slice(0, WATCHED_MAX);
  });
  const { results } = await queryExactly<{ label?: string; day: Day; counter: number }>(env, subject, (known) =>
    counting.map((rule, index) => {
      const labels = watched[index]!;
      const page = { order: ["day", "asc"], limit: labels.length * DAYS_SEEN } as const;
      return rule.label === ""
        ? selectSums(db, narrow(known, rule), {}, ["day"], page)
        : selectSums(db, narrow(known, rule), { labels }, ["label", "day"], page);
    }),
  );
  return new Map(counting.map(({ id }, index) => [id, groupByLabel(results[index]!)]));
}

/** Each question sends what D1 lacks: only what it is about. */
function narrow(known: Known, rule: StoredRule): Known {
  const { site, label } = rule;
  const isOfRule = (other: string): boolean =>
    label === "" || (isPattern(label) ? other.startsWith(prefixOf(rule)) : other === label);
  return {
    ...known,
    sites: site ? known.sites.filter((other) => other === site) : known.sites,
    tail: known.tail.filter(([ofSite, ofLabel]) => (!site || ofSite === site) && isOfRule(ofLabel)),
  };
}

function prefixOf({ label }: StoredRule): string {
  return label.slice(0, -1);
}

function groupByLabel(rows: readonly { label?: string; day: Day; counter: number }[]): Counts {
  const counts: Counts = new Map();
  for (const { label = "", day, counter } of rows) {
    const days = counts.get(label);
    if (days) days.set(day, counter);
    else counts.set(label, new Map([[day, counter]]));
  }
  return counts;
}

function parseState({ state }: StoredRule): RuleState {
  return JSON.parse(state) as RuleState;
}
