/** Attacks a Worker on this machine, and writes what it came to into SECURITY.md: `npm run attack`. */
import { runCardinality } from "../test/support/cardinality-run.ts";
import type { MemoryFigures } from "../test/support/memory.ts";
import { runStorm } from "../test/support/storm-run.ts";
import { number, table, writeSection } from "./write-section.ts";

const LABELS = 1_000_000;
const FLOOD_SECONDS = 60;
// Half of what the platform gives to an isolate.
const HEAP_MAX_MB = 64;

const labels = await runCardinality(LABELS, 10_000);
console.log("Invented labels:", labels);
const flood = await runStorm(FLOOD_SECONDS);
console.log("Flood:", flood);

const answers = Object.entries(flood.statuses)
  .map(([status, count]) => `${number(count)} × ${status === "0" ? "none" : status}`)
  .join(", ");
writeSection("SECURITY.md", "attack", "npm run attack", [
  `- **${number(labels.invented)} invented labels** became ${number(labels.names)} names and ${number(labels.journalRows)} journal rows in`,
  `  the object and ${number(labels.statistics)} rows in D1. Of ${number(labels.invented + labels.honest)} actions ${number(labels.counted)} were counted, and ${labels.wrongHonest} listed or known labels wrongly.`,
  `- **A flood** of ${flood.seconds} seconds by ${flood.connections} connections, as fast as a Worker on one core answered: ${number(flood.requests)} requests,`,
  `  answered ${answers}. Of the ${number(flood.honestBatches)} batches that honest clients sent meanwhile, and`,
  `  sent again ${number(flood.honestRetries)} times, ${flood.lost} actions were lost and ${flood.doubled} doubled.`,
  "",
  ...table(
    ["memory, MB", "before", "at the half", "at the most", "after"],
    [...memoryRows("invented labels", labels.memory), ...memoryRows("flood", flood.memory)],
  ),
  "",
  "Heap is what Worker and object hold after a garbage collection; workerd is the whole process, with garbage and D1.",
]);

function memoryRows(attack: string, { heapMb, workerdMb }: MemoryFigures): string[][] {
  return Object.entries({ heap: heapMb, workerd: workerdMb }).map(([name, { before, half, most, after }]) => [
    `${attack}: ${name}`,
    ...[before, half, most, after].map(number),
  ]);
}

if (labels.wrongHonest + flood.lost + flood.doubled > 0 || labels.counted !== labels.invented + labels.honest) {
  throw new Error("an attack succeeded");
}
if (Math.max(labels.memory.heapMb.most, flood.memory.heapMb.most) > HEAP_MAX_MB) {
  throw new Error("Worker and object hold too much in memory");
}
