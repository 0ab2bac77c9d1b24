import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Miniflare } from "miniflare";
import { addDays } from "../../packages/sdk/src/protocol.ts";
import { judgeChange } from "../../packages/worker/src/model/change.ts";
import { whole } from "../../bench/lib/report.ts";
import { bundle } from "../support/bundle.ts";
import { makeRandom } from "../support/random.ts";
import { startReceiver, type Reaction } from "../support/receiver.ts";
import { configureWorker, migrate } from "../support/worker-config.ts";
import { failuresOf, type Attack } from "./attack.ts";

const HOUR_MS = 3_600_000;
const START = Date.UTC(2026, 0, 5);
/** Hours between two runs of the cron. */
const STEP = 6;
const LABELS = ["buy", "browse", "basket"];
const RULES = [
  { kind: "gone_quiet", label: "buy", number: 24 },
  { kind: "gone_quiet", label: "b*", number: 48 },
  { kind: "reaches", label: "b*", number: 150 },
  { kind: "reaches", label: "", number: 400 },
  { kind: "changes", label: "b*", number: 40 },
  { kind: "digest", label: "", number: 0 },
] as const;

/** A run of the cron, as `rules-worker.ts` takes it. */
interface Run {
  /** Ms since epoch. */
  now: number;
  /** What is counted by now: day, label, counter. */
  counts: [day: string, label: string, counter: number][];
  /** Made before. */
  rule?: (typeof RULES)[number];
  /** Which question to D1 is the last, and whether D1 still does what it asks. Absent: none. */
  crash?: { call: number; isDone: boolean } | undefined;
}

interface RuleFigures {
  days: number;
  runs: number;
  /** Runs that were killed at a question to D1. */
  killed: number;
  crossings: number;
  deliveries: number;
  /** Crossings that were never told. */
  lost: number;
  /** Messages of what never became true, or with another id for the same. */
  invented: number;
  /** Messages that came again after a receiver's 2xx, though the cron was not killed between that answer and its note. */
  repeated: number;
  /** Messages that came again because it was. */
  unnoted: number;
}

/**
 * Lets rules watch made-up days, while the cron is killed at any of its questions and the receiver is slow, fails or breaks off,
 * against an oracle that knows all counts.
 */
export async function runRules(days: number, seed: number): Promise<RuleFigures> {
  const random = makeRandom(seed);
  const receiver = await startReceiver();
  const file = join(mkdtempSync(join(tmpdir(), "tracker-rules-")), "worker.js");
  await bundle(join(import.meta.dirname, "../../packages/worker/test/rules-worker.ts"), file);
  const miniflare = new Miniflare({
    host: "127.0.0.1",
    port: 0,
    cf: false,
    handleStructuredLogs: () => {},
    workers: [configureWorker(file, { WEBHOOK_URL: receiver.url })],
  });
  const url = await miniflare.ready;
  try {
    await migrate(miniflare);
    const run = async (body: Run): Promise<boolean> =>
      (await (await fetch(url, { method: "POST", body: JSON.stringify(body) })).text()) === "done";
    for (const rule of RULES) await run({ now: START, counts: [], rule });
    const figures = { days, runs: 0, killed: 0 };
    const oracle = new Oracle();
    /** Ids whose answer was lost since the cron was killed before it noted it. */
    const unnoted = new Set<string>();
    for (let hour = 0; hour < days * 24; hour += STEP) {
      const now = START + hour * HOUR_MS;
      receiver.react = () => pick(random, ["ok", "ok", "slow", "error", "silence", "redirect"]);
      let counts = oracle.happen(now, random);
      for (let isDone = false; !isDone; figures.runs++) {
        const crash = random() < 0.3 ? { call: 1 + Math.floor(random() * 14), isDone: random() < 0.5 } : undefined;
        const from = receiver.deliveries.length;
        isDone = await run({ now, counts, crash });
        counts = [];
        if (isDone) continue;
        figures.killed++;
        const last = receiver.deliveries.slice(from).at(-1);
        if (last && isTaken(last.reaction)) unnoted.add(idOf(last.body));
      }
      oracle.judge(now);
    }
    receiver.react = () => "ok";
    for (let day = 0; day < 9; day++) await run({ now: START + (days + day) * 24 * HOUR_MS, counts: [] });
    return { ...figures, ...compare(oracle.crossings, receiver.deliveries, unnoted, days) };
  } finally {
    receiver.close();
    await miniflare.dispose();
  }
}

function compare(
  crossings: Set<string>,
  deliveries: readonly { body: string; reaction: Reaction }[],
  unnoted: ReadonlySet<string>,
  days: number,
): Omit<RuleFigures, "days" | "runs" | "killed"> {
  const end = START + days * 24 * HOUR_MS;
  const idOfCrossing = new Map<string, string>();
  const taken = new Map<string, number>();
  const figures = { crossings: crossings.size, deliveries: deliveries.length, lost: 0, invented: 0, repeated: 0 };
  for (const { body, reaction } of deliveries) {
    const message = JSON.parse(body) as Record<string, string>;
    // What becomes true after the last day, while waiting messages are sent, is not looked at.
    if (Date.parse(message["quiet_since"] ?? message["day"] ?? message["to"]!) >= end - 3 * 24 * HOUR_MS) continue;
    const crossing = [
      message["rule"],
      message["label"] ?? "",
      message["quiet_since"] ?? message["day"] ?? message["to"],
    ].join(" ");
    const id = idOfCrossing.get(crossing) ?? message["id"]!;
    idOfCrossing.set(crossing, id);
    if (id !== message["id"] || !crossings.has(crossing)) figures.invented++;
    if (isTaken(reaction)) taken.set(id, (taken.get(id) ?? 0) + 1);
  }
  for (const crossing of crossings) {
    const at = Date.parse(crossing.split(" ").at(-1)!);
    if (at < end - 3 * 24 * HOUR_MS && !taken.has(idOfCrossing.get(crossing) ?? "")) figures.lost++;
  }
  for (const [id, times] of taken) if (times > 1 && !unnoted.has(id)) figures.repeated++;
  return { ...figures, unnoted: [...taken].filter(([id, times]) => times > 1 && unnoted.has(id)).length };
}

/** What happens, and what is true of it, told from all counts at once. */
class Oracle {
  /** `<rule> <label> <when>` of all that became true. */
  readonly crossings = new Set<string>();
  readonly #counts = new Map<string, number>();
  readonly #grewAt = new Map<string, number>();
  readonly #isTrue = new Set<string>();

  /** Actions of the last hours. Labels rest for days, swell and shrink. */
  happen(now: number, random: () => number): Run["counts"] {
    const day = dayOf(now);
    const grown = LABELS.filter((label) => {
      const rests = Math.sin(Math.floor((now - START) / (60 * HOUR_MS)) * (label.length + 1.7)) > 0.55;
      if (rests || random() < 0.05) return false;
      const most = random() < 0.1 ? 160 : 45;
      this.#counts.set(`${day} ${label}`, this.#count(day, label) + 1 + Math.floor(random() * most));
      this.#grewAt.set(label, now);
      return true;
    });
    return grown.map((label) => [day, label, this.#count(day, label)]);
  }

  /** Notes what is true at this time and was not before. */
  judge(now: number): void {
    const today = dayOf(now);
    RULES.forEach(({ kind, label: pattern, number }, index) => {
      const id = index + 1;
      if (kind === "digest") {
        const isMonday = new Date(now).getUTCDay() === 1 && now > START + 24 * HOUR_MS;
        if (isMonday) this.crossings.add(`${id}  ${addDays(today, -1)}`);
        return;
      }
      const labels = pattern === "" ? [""] : pattern === "b*" ? LABELS : [pattern];
      for (const label of labels) {
        const when = this.#when(kind, label, number, now, pattern === "b*");
        const key = `${id} ${label}`;
        if (when === undefined) this.#isTrue.delete(key);
        else if (!this.#isTrue.has(key)) this.crossings.add(`${key} ${when}`);
        if (when !== undefined) this.#isTrue.add(key);
        // A count is reached on a day: the next one begins at nothing.
        if (kind === "reaches" && new Date(now).getUTCHours() + STEP >= 24) this.#isTrue.delete(key);
      }
    });
  }

  /** When a condition became true; nothing while it is false. */
  #when(kind: string, label: string, number: number, now: number, isPattern: boolean): string | undefined {
    const today = dayOf(now);
    if (kind === "reaches") return this.#count(today, label) >= number ? today : undefined;
    if (kind === "gone_quiet") {
      const grewAt = this.#grewAt.get(label);
      if (grewAt === undefined || now - grewAt < number * HOUR_MS) return undefined;
      const week = range(1, 7).reduce((sum, ago) => sum + this.#count(addDays(dayOf(grewAt), -ago), label), 0);
      return isPattern && (week / 168) * number < 7 ? undefined : new Date(grewAt).toISOString();
    }
    const day = addDays(today, -1);
    const [count, before] = [this.#count(day, label), this.#count(addDays(day, -7), label)];
    const watched = LABELS.filter((one) => range(0, 12).some((ago) => this.#count(addDays(today, -ago), one) > 0));
    if (!range(7, 11).some((ago) => this.#count(addDays(day, -ago), label) > 0)) return undefined;
    const compared = { nowDays: 1, beforeDays: 1, to: day, tested: watched.length };
    const isNews = judgeChange({ now: count, before, last: day }, compared) !== undefined;
    return isNews && Math.abs(count - before) >= (number / 100) * before ? day : undefined;
  }

  #count(day: string, label: string): number {
    if (label !== "") return this.#counts.get(`${day} ${label}`) ?? 0;
    return LABELS.reduce((sum, one) => sum + this.#count(day, one), 0);
  }
}

function isTaken(reaction: Reaction): boolean {
  return reaction === "ok" || reaction === "slow";
}

function idOf(body: string): string {
  return (JSON.parse(body) as { id: string }).id;
}

function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

function pick<Item>(random: () => number, items: readonly Item[]): Item {
  return items[Math.floor(random() * items.length)]!;
}

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

export const rules: Attack = {
  document: "docs/reliability.md",
  async run({ isShort, seed = 1 }) {
    const { days, runs, killed, crossings, deliveries, lost, invented, repeated, unnoted } = await runRules(
      isShort ? 100 : 1_000,
      seed,
    );
    const lines = [
      `**${whole(days)} days under six rules**: ${whole(runs)} runs of the cron, ${whole(killed)} of them killed at a question to D1; a receiver`,
      `that answered, was slow, failed, redirected or broke off. Of ${whole(crossings)} times that something became true ${whole(lost)} were not told,`,
      `${whole(invented)} messages were wrong or had a second id, and ${whole(repeated)} came again after the receiver had answered. ${whole(unnoted)} came again with`,
      `the same id because the cron was killed between the answer and its note. ${whole(deliveries)} deliveries in all.`,
    ];
    return {
      lines,
      failures: failuresOf({
        [`${lost} were not told`]: lost > 0,
        [`${invented} are wrong`]: invented > 0,
        [`${repeated} came again`]: repeated > 0,
        "hardly anything became true": crossings < days / 2,
        "hardly a run was killed": killed < days / 2,
      }),
    };
  },
};
