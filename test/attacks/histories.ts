import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { table, whole } from "../../bench/lib/report.ts";
import { type Attack } from "./attack.ts";

const LONG = 300;
const SHORT = 15;

/** Random histories in workerd, by their test. */
export const histories: Attack = {
  document: "docs/reliability.md",
  async run({ isShort }) {
    const { stdout } = await promisify(execFile)("npx", ["vitest", "run", "packages/worker/test/histories.test.ts"], {
      env: { ...process.env, HISTORIES: String(isShort ? SHORT : LONG) },
      maxBuffer: 1e9,
    });
    const tally = JSON.parse(/histories (\{.*\})/.exec(stdout)![1]!) as Record<string, number>;
    return { lines: [historyTable(tally)], failures: [] };
  },
};

/** Each history is compared with the truth after each step; one wrong count, and there is no table. */
function historyTable(tally: Record<string, number>): string {
  const rows: [fault: string, how: string, key: string][] = [
    ["a random history", "fast-check, in workerd, against a plain map", "histories"],
    ["exact read", "after each step, and in the middle of each flush", "read"],
    ["ping", "now, up to 49 hours late, up to 5 minutes ahead; by one of two versions that differ in `SHARDS`", "ping"],
    ["ping with a page", "or without one: each page's counts are compared, too", "with a page"],
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
    rows.map(([fault, how, key]) => [fault, how, whole(tally[key] ?? 0), "0", "0"]),
  );
}
