import { listDays } from "@tracker/sdk/protocol";
import type { Context } from "hono";
import { selectSums } from "../../d1/sums.ts";
import type { AppEnv } from "../../http/context.ts";
import { queryExactly, type Subject } from "../../statistics/read.ts";

/** The counts per day of some labels. */
export async function readTrends(
  c: Context<AppEnv>,
  subject: Subject,
  labels: readonly string[],
): Promise<Map<string, number[]>> {
  const days = listDays(subject.from, subject.to);
  const { results } = await queryExactly<{ label: string; day: string; counter: number }>(c.env, subject, (known) => [
    selectSums(c.env.DB, known, { labels }, ["label", "day"], {
      order: ["day", "asc"],
      limit: labels.length * days.length,
    }),
  ]);
  const counters = new Map(results[0]!.map(({ label, day, counter }) => [`${day} ${label}`, counter]));
  return new Map(labels.map((label) => [label, days.map((day) => counters.get(`${day} ${label}`) ?? 0)]));
}
