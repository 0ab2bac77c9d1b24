import { bill } from "./cost.ts";
import { BATCHES_PER_SHARD, countDay, DAY_SECONDS, CRON_SECONDS, type Counted } from "./lib/day.ts";
import { short, table, whole, type Bench } from "./lib/report.ts";

const ACTIONS_PER_SECOND = [1_000, 10_000, 100_000, 1_000_000];
/** D1 gives a batch 30 s. */
const FLUSH_MAX_SECONDS = 30;
const SHARDS_MAX = 64;
/** Names that change between two flushes of a site so large. */
const NAMES = 10_000;

interface Scale {
  /** Batches a second that one object took on one thread, beside everything else. */
  batchesPerSecond: number;
  flushSeconds: number;
  rates: { actionsPerSecond: number; batchesPerSecond: number; shards: number; dollarsPerMonth: number }[];
}

/** A model: what was measured for one object, times what would be needed. */
export const scale: Bench<Scale> = {
  title: "Scale",

  measure(results) {
    const counted = results as Partial<Counted>;
    if (!counted.ingest || !counted.waiting || !counted.flush || !counted.visits) {
      throw new Error("it stands on others' counts: npm run bench ingest waiting flush visits scale");
    }
    const flushed = counted.flush.sizes.find(({ names }) => names == NAMES)!;
    return Promise.resolve({
      batchesPerSecond: counted.ingest.samples.find(
        ({ server, load, connections }) => server == "tracker" && load == "post 10" && connections == 32,
      )!.requestsPerSecond,
      flushSeconds: flushed.changed.ms / 1000,
      rates: ACTIONS_PER_SECOND.map((actionsPerSecond) => {
        const day = countDay(counted as Counted, actionsPerSecond * DAY_SECONDS);
        return {
          actionsPerSecond,
          batchesPerSecond: day.batches / DAY_SECONDS,
          shards: day.shards,
          dollarsPerMonth: bill(day, "by GB"),
        };
      }),
    });
  },

  render({ batchesPerSecond, flushSeconds, rates }) {
    return `A model, not a measurement: one object is given ${BATCHES_PER_SHARD} batches/s (workerd took ${whole(batchesPerSecond)} of them on one thread here),
batches hold what those of the [visits](#visits) do, and ${whole(NAMES)} names change between two flushes, which took ${short(flushSeconds)} s of D1's ${FLUSH_MAX_SECONDS} s.
D1 rows do not grow with actions: a name costs one row a flush, however many objects saw it.

${table(
  [
    "actions/s",
    "batches/s",
    "objects a day",
    "D1 rows/s",
    "$ a month",
    "what breaks first",
    "what the design does then",
  ],
  rates.map(({ actionsPerSecond, batchesPerSecond: batches, shards, dollarsPerMonth }) => [
    whole(actionsPerSecond),
    whole(batches),
    shards,
    whole((NAMES + shards) / CRON_SECONDS),
    whole(dollarsPerMonth),
    shards <= 1
      ? "nothing"
      : shards <= SHARDS_MAX
        ? "one object's requests/s"
        : `the ${SHARDS_MAX} objects a day may have, then the flush's fan-out`,
    shards <= 1
      ? "one object; built"
      : shards <= SHARDS_MAX
        ? `\`SHARDS="${shards}"\`; built`
        : "a Worker and D1 for each site or region, summed when read; not built",
  ]),
)}

D1 itself ends at 10 GB, some ${whole(10_000 / 120)} million rows with their index: \`RETENTION_DAYS\` is built, a D1 for each site or year is
not. One object a shard lives in one place: \`LOCATION_HINT\` and \`JURISDICTION\` are built, objects near each visitor are not.`;
  },
};
