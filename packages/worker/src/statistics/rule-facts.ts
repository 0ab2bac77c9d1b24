import { addDays } from "@tracker/sdk/protocol";
import { selectSums } from "../d1/sums.ts";
import type { Env } from "../env.ts";
import { judgeChange } from "../model/change.ts";
import type { Compared, Facts } from "../model/rule-message.ts";
import { DAYS_SEEN, type Crossing, type Rule } from "../model/rules.ts";
import { queryExactly } from "./read.ts";

const LABELS_COMPARED = 500;
const CHANGES_TOLD = 5;

/** What a message says beside what became true. */
export async function readFacts(env: Env, rule: Rule, crossing: Crossing): Promise<Facts> {
  if (crossing.kind === "gone_quiet" && crossing.label !== "") return readElement(env, rule, crossing);
  return crossing.kind === "digest" ? readWeek(env, rule, crossing) : {};
}

/** The element, and the page, that a label was counted on most before it went quiet. */
async function readElement(
  env: Env,
  { site }: Rule,
  { label, lastDay }: { label: string; lastDay: string },
): Promise<Facts> {
  const subject = { site: site || undefined, from: addDays(lastDay, 1 - DAYS_SEEN), to: lastDay };
  const most = { order: ["counter", "desc"], limit: 2 } as const;
  const { results } = await queryExactly<{ dom_id: string; page: string }>(env, subject, (known) => [
    selectSums(env.DB, known, { labels: [label] }, ["dom_id"], most),
    selectSums(env.DB, known, { labels: [label], page: true }, ["page"], most),
  ]);
  const element = results[0]!.map(({ dom_id: domId }) => domId).find(Boolean);
  return { element, page: results[1]![0]?.page };
}

/** A week beside the week before: all labels, and those that changed most, as far as it is no chance. */
async function readWeek(env: Env, { site }: Rule, { from, to }: { from: string; to: string }): Promise<Facts> {
  const before = { from: addDays(from, -7), to: addDays(to, -7) };
  const subject = { site: site || undefined, from: before.from, to };
  const most = { order: ["counter", "desc"], limit: LABELS_COMPARED } as const;
  const { results } = await queryExactly<{ label: string; day: string; counter: number }>(env, subject, (known) => [
    selectSums(env.DB, known, {}, ["day"], { order: ["day", "asc"], limit: 14 }),
    selectSums(env.DB, { ...known, from: known.from > from ? known.from : from }, {}, ["label"], most),
    selectSums(env.DB, { ...known, to: before.to }, {}, ["label"], most),
  ]);
  const [days, now, then] = results as [(typeof results)[0], (typeof results)[0], (typeof results)[0]];
  const sumDays = (isWanted: (day: string) => boolean): number =>
    days.reduce((sum, { day, counter }) => sum + (isWanted(day) ? counter : 0), 0);
  const labels = new Map<string, Compared>(
    now.map(({ label, counter }) => [label, { label, count: counter, before: 0 }]),
  );
  for (const { label, counter } of then) {
    labels.set(label, { label, count: labels.get(label)?.count ?? 0, before: counter });
  }
  const compared = { nowDays: 7, beforeDays: 7, to, tested: labels.size };
  // A label that is none of the most counted of one of the weeks may be there all the same: it is no news then.
  const isCut = now.length === LABELS_COMPARED || then.length === LABELS_COMPARED;
  const changes = [...labels.values()].filter(
    ({ count, before }) =>
      !(isCut && (count === 0 || before === 0)) &&
      judgeChange({ now: count, before, last: count > 0 ? to : before > 0 ? addDays(from, -1) : to }, compared),
  );
  return {
    total: { label: "", count: sumDays((day) => day >= from), before: sumDays((day) => day < from) },
    changes: changes
      .toSorted((one, other) => Math.abs(other.count - other.before) - Math.abs(one.count - one.before))
      .slice(0, CHANGES_TOLD),
  };
}
