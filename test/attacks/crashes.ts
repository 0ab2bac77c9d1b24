import { table, whole } from "../../bench/lib/report.ts";
import { failuresOf, type Attack } from "./attack.ts";
import { runCrashes, type CrashFigures } from "./crash-run.ts";

const LONG = { minutes: 10, deploymentMinutes: 1, crashes: 100, pings: 1_000_000 };
const SHORT = { minutes: 0.5, deploymentMinutes: 0.1, crashes: 1, pings: 1 };

export const crashes: Attack = {
  document: "docs/reliability.md",
  async run({ isShort }) {
    const goal = isShort ? SHORT : LONG;
    const until = (minutes: number): (() => boolean) => {
      const end = Date.now() + minutes * 60_000;
      return () => Date.now() > end;
    };
    const isOver = until(goal.minutes);
    const killed = await runCrashes((figures) => {
      if (figures.crashes % 10 == 0) console.log(JSON.stringify(figures));
      return isOver() && figures.crashes >= goal.crashes && figures.pings >= goal.pings;
    });
    const deployed = await runCrashes(until(goal.deploymentMinutes), "deployment");
    const either = (name: "lost" | "doubled" | "wrongReads"): boolean => killed[name] + deployed[name] > 0;
    return {
      lines: [crashTable(killed, deployed)],
      failures: failuresOf({
        "a ping was lost": either("lost"),
        "a ping was counted twice": either("doubled"),
        "a read was wrong": either("wrongReads"),
      }),
    };
  },
};

function crashTable(figures: CrashFigures, deployments: CrashFigures): string {
  return table(
    ["fault", "how it is injected", "times", "actions", "lost", "doubled"],
    [
      [
        "power cut",
        "SIGKILL of the process group at a random moment, data on disk, 64 clients, restart",
        whole(figures.crashes),
        whole(figures.pings),
        whole(figures.lost),
        whole(figures.doubled),
      ],
      ["request or answer lost", "by a kill; sent again until it is answered", whole(figures.retries)],
      [
        "batch counted before its retry came",
        "its answer was lost, or it is sent twice on purpose",
        whole(figures.duplicates),
      ],
      ["batch given up", "not sent again: counts once or not at all", whole(figures.abandoned)],
      [
        "flush killed, raced or repeated",
        "`/report/` all the time, in three of ten cases twice at once",
        whole(figures.flushes),
      ],
      ["retry with a corrected `at`", "another time of the same day, under the same id", whole(figures.corrected)],
      ["D1 restored", "to what it was two crashes before; then objects announce themselves", whole(figures.restored)],
      ["another number of shards", "each third start has another `SHARDS`, to and fro", whole(figures.resharded)],
      ["deletion", "of a label or of days that still count", whole(figures.deletions)],
      [
        "read between",
        `must lie between what was acknowledged before and sent after; ${whole(figures.wrongReads)} did not`,
        whole(figures.reads),
      ],
      [
        "deployment",
        `workerd is told to stop and another version starts with its data; ${whole(deployments.retries)} sent again`,
        whole(deployments.crashes),
        whole(deployments.pings),
        whole(deployments.lost),
        whole(deployments.doubled),
      ],
    ].map((row) => (row.length == 3 ? [...row, ...Array.from({ length: 3 }, () => "in the above")] : row)),
  );
}
