import { simulate } from "../../packages/sdk/test/simulation/run.ts";
import { table, whole } from "../../bench/lib/report.ts";
import { type Attack } from "./attack.ts";

/**
 * Runs the client's real code through random histories of a visitor. Clocks are wrong and are set, computers sleep, tabs share a
 * storage that may be full or absent, requests and answers get lost, pages are killed, the visitor changes their mind.
 */
export const client: Attack = {
  document: "docs/reliability.md",
  async run({ isShort, seed }) {
    const histories = seed === undefined ? (isShort ? 100 : 10_000) : 1;
    const figures = await simulate(seed ?? 1, histories);
    const sort = (counts: Record<string, number>): string[][] =>
      Object.entries(counts)
        .toSorted(([, one], [, other]) => other - one)
        .map(([name, count]) => [name, whole(count)]);
    return {
      lines: [
        `${whole(histories)} histories with ${whole(figures.pings)} labels: 0 lost, 0 doubled, 0 on another day, but for these.`,
        "",
        table(["named in the documents", "labels"], sort(figures.named)),
        "",
        table(["step of a history", "times"], sort(figures.steps)),
      ],
      failures: figures.wrong.map(({ seed, what }) => `seed ${seed}: ${what.join("; ")}`),
    };
  },
};
