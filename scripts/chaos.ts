/**
 * Attacks the promise that every acknowledged ping counts exactly once, for as long as it is told to, and writes what it found into
 * docs/reliability.md:
 *
 *     npm run chaos -- --minutes 20
 *
 * Half of the time the Worker is killed again and again; then come deployments, random histories, a flood of invented batch ids and an
 * hour without D1. From 10 minutes on it is the long form, which goes on until it has seen 100 crashes and a million pings. One table
 * alone: `--only crashes`, `histories`, `flood` or `outage`.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { parseArgs } from "node:util";
import { runCrashes, type CrashFigures } from "../test/support/crash-run.ts";
import { runFlood, type FloodFigures, type Latency } from "../test/support/flood-run.ts";
import type { MemoryFigures } from "../test/support/memory.ts";
import { runOutage, type OutageFigures } from "../test/support/outage-run.ts";
import { number, table, writeSection } from "./write-section.ts";

const LONG_MINUTES = 10;
const LONG = {
  crashes: 100,
  pings: 1_000_000,
  floodOf: 5_000_000,
  invented: 100_000,
  outage: { seconds: 60, hours: 1 },
};
const SHORT = { crashes: 1, pings: 1, floodOf: 100_000, invented: 1_000, outage: { seconds: 2, hours: 0.02 } };
const HISTORIES_A_MINUTE = 15;
// Half of what the platform gives to an isolate, which may hold several objects.
const MEMORY_MAX_MB = 64;

const { values } = parseArgs({ options: { minutes: { type: "string", default: "20" }, only: { type: "string" } } });
const minutes = Number(values.minutes);
if (!(minutes > 0)) throw new RangeError(`--minutes ${values.minutes}: a number above 0`);
const goal = minutes >= LONG_MINUTES ? LONG : SHORT;
const failures: string[] = [];

/** What is attacked, and the table that it makes; in this order. */
const ATTACKS: Record<string, () => Promise<string[]>> = { crashes, histories, flood, outage };
const { only } = values;
if (only !== undefined && !(only in ATTACKS)) throw new RangeError(`--only: one of ${Object.keys(ATTACKS).join(", ")}`);

const command = `npm run chaos -- --minutes ${minutes}${only ? ` --only ${only}` : ""}`;
for (const [name, attack] of Object.entries(ATTACKS)) {
  if (only && name !== only) continue;
  console.log(name);
  writeSection("docs/reliability.md", name, command, await attack());
}
if (failures.length > 0) throw new Error(failures.join("; "));

async function crashes(): Promise<string[]> {
  const crashesEnd = Date.now() + (minutes / 2) * 60_000;
  const crashes = await runCrashes((figures) => {
    if (figures.crashes % 10 == 0) console.log(JSON.stringify(figures));
    return Date.now() > crashesEnd && figures.crashes >= goal.crashes && figures.pings >= goal.pings;
  });
  console.log(JSON.stringify(crashes));
  const deploymentsEnd = Date.now() + (minutes / 20) * 60_000;
  const deployments = await runCrashes(() => Date.now() > deploymentsEnd, "deployment");
  console.log(JSON.stringify(deployments));
  for (const { lost, doubled, wrongReads } of [crashes, deployments]) {
    if (lost > 0) failures.push("a ping was lost");
    if (doubled > 0) failures.push("a ping was counted twice");
    if (wrongReads > 0) failures.push("a read was wrong");
  }
  return crashTable(crashes, deployments);
}

async function histories(): Promise<string[]> {
  const tally = await runHistories(Math.ceil(minutes * HISTORIES_A_MINUTE));
  console.log(JSON.stringify(tally));
  return historyTable(tally);
}

async function flood(): Promise<string[]> {
  const figures = await runFlood(goal.floodOf, goal.invented);
  console.log(JSON.stringify(figures));
  if (figures.honestWrong > 0) failures.push("an honest client was answered wrongly in the flood");
  return floodTable(figures);
}

async function outage(): Promise<string[]> {
  const figures = await runOutage(goal.outage.seconds, goal.outage.hours);
  console.log(JSON.stringify(figures));
  const { before, load, restart, loadAfterHour } = figures;
  if ([before, load, restart, loadAfterHour].some(({ heapMb }) => heapMb.most > MEMORY_MAX_MB)) {
    failures.push("the object holds too much in memory");
  }
  if (figures.wrong !== 0) failures.push("the hour without D1 was counted wrongly");
  return outageTable(figures);
}

/** Random histories in workerd. @throws when one of them was counted wrongly. */
async function runHistories(count: number): Promise<Record<string, number>> {
  const child = spawn("npx", ["vitest", "run", "packages/worker/test/histories.test.ts"], {
    env: { ...process.env, HISTORIES: String(count) },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let printed = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (printed += text));
  const [code] = (await once(child, "close")) as [number];
  const line = /histories (\{.*\})/.exec(printed)?.[1];
  if (code != 0 || !line) throw new Error(`a history was counted wrongly:\n${printed}`);
  return JSON.parse(line) as Record<string, number>;
}

function crashTable(figures: CrashFigures, deployments: CrashFigures): string[] {
  return table(
    ["fault", "how it is injected", "times", "actions", "lost", "doubled"],
    [
      [
        "power cut",
        "SIGKILL of the process group at a random moment, data on disk, 64 clients, restart",
        number(figures.crashes),
        number(figures.pings),
        number(figures.lost),
        number(figures.doubled),
      ],
      ["request or answer lost", "by a kill; sent again until it is answered", number(figures.retries)],
      [
        "batch counted before its retry came",
        "its answer was lost, or it is sent twice on purpose",
        number(figures.duplicates),
      ],
      ["batch given up", "not sent again: counts once or not at all", number(figures.abandoned)],
      [
        "flush killed, raced or repeated",
        "`/report/` all the time, in three of ten cases twice at once",
        number(figures.flushes),
      ],
      [
        "read between",
        `must lie between what was acknowledged before and sent after; ${number(figures.wrongReads)} did not`,
        number(figures.reads),
      ],
      [
        "deployment",
        `workerd is told to stop and another version starts with its data; ${number(deployments.retries)} sent again`,
        number(deployments.crashes),
        number(deployments.pings),
        number(deployments.lost),
        number(deployments.doubled),
      ],
    ].map((row) => (row.length == 3 ? [...row, ...Array.from({ length: 3 }, () => "in the above")] : row)),
  );
}

/** Each history is compared with the truth after each step; one wrong count, and there is no table. */
function historyTable(tally: Record<string, number>): string[] {
  const rows: [fault: string, how: string, key: string][] = [
    ["a random history", "fast-check, in workerd, against a plain map", "histories"],
    ["exact read", "after each step, and in the middle of each flush", "read"],
    ["ping", "now, up to 49 hours late, up to 5 minutes ahead; by one of two versions that differ in `SHARDS`", "ping"],
    ["retry", "of any earlier batch, at any later time", "retry"],
    ["retry with a corrected `at`", "hours earlier or later, of the same day", "corrected at"],
    ["answer lost", "the sender does not learn that it was counted", "answer lost"],
    ["request lost", "the first try never arrives", "request lost"],
    ["duplicate delivery", "twice at once", "sent twice at once"],
    ["eviction", "all objects lose their memory", "evict"],
    ["flush fails before D1 commits", "the binding throws", "fails before commit"],
    ["flush fails after D1 committed", "the answer is thrown away", "answer lost after commit"],
    ["two flushes at once", "both from the same watermarks", "twice at once"],
    ["an object does not answer", "its calls throw", "an object is silent"],
    ["time passes", "1 to 60 hours, over midnights", "wait"],
    ["alarms", "announce and close, also in the middle of a flush or a read", "alarms"],
    ["days are summed up", "closed ones; it is tried with open ones too", "sum up"],
    ["deletion", "of a day or a label, closed or not", "delete"],
    ["D1 restored", "to where it was, then objects announce themselves again", "D1 restored"],
    ["D1 away", "its table is, for flushes, announcing and closing", "database away"],
  ];
  return table(
    ["step of a history", "how", "times", "lost", "doubled"],
    rows.map(([fault, how, key]) => [fault, how, number(tally[key] ?? 0), "0", "0"]),
  );
}

function floodTable(figures: FloodFigures): string[] {
  const row = (name: string, { p50, p99, worst }: Latency): string[] => [
    name,
    ...[p50, p99, worst].map((ms) => ms.toFixed(0)),
  ];
  return [
    `${number(figures.invented)} invented batches of yesterday, against a day that holds ${number(figures.batches)} batches`,
    `and ${number(figures.names)} names, ${figures.bytesPerBatch.toFixed(0)} bytes a batch on disk. ${number(figures.honestWrong)} honest requests were answered wrongly.`,
    "",
    ...table(
      ["16 clients flood, 2 are honest; ms a request", "p50", "p99", "worst"],
      [
        ["the first request after a restart, the full day", "", "", figures.restartMs.toFixed(0)],
        row("invented batches, an empty day", figures.floodOfEmptyDay),
        row("invented batches, the full day", figures.flood),
        row("late pings and retries of honest clients meanwhile", figures.honest),
      ],
    ),
  ];
}

function outageTable(figures: OutageFigures): string[] {
  const steps: [step: string, memory: MemoryFigures][] = [
    ["an object that has counted one ping", figures.before],
    [`${figures.seconds} s at ${number(figures.rate)} batches a second, without D1`, figures.load],
    ["started again with these batches, all filters read", figures.restart],
    [`${figures.seconds} s more at the highest rate, without D1`, figures.loadAfterHour],
    ["D1 is back: a read of all that it lacks", figures.read],
    [`D1 takes it all, in ${number(figures.written)} rows`, figures.flush],
  ];
  return [
    `${figures.hours == 1 ? "An hour" : `${figures.hours} hours`} without D1 at ${number(figures.hourRate)} batches a second: ${number(figures.batches)} batches and ${number(figures.names)} names in the object, and nothing of it in`,
    `D1. With time only the disk fills, by ${figures.bytesPerBatch.toFixed(0)} bytes a batch; in memory are the names, at their cap, the filters and the ids of the last`,
    `thousand rows. *Heap* is what Worker and object hold, after a garbage collection, at the end of a step; *workerd* is the`,
    `whole process, with garbage and D1. In the end ${number(Math.abs(figures.wrong))} actions were counted wrongly.`,
    "",
    ...table(
      ["MB, on one core", "heap", "workerd before", "workerd at the most"],
      steps.map(([step, { heapMb, workerdMb }]) => [
        step,
        ...[heapMb.after, workerdMb.before, workerdMb.most].map(number),
      ]),
    ),
  ];
}
