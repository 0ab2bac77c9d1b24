/** Attacks a Worker on this machine, and prints what it came to: `npm run attack`. The figures are in SECURITY.md. */
import { runCardinality } from "../test/support/cardinality-run.ts";
import { runStorm } from "../test/support/storm-run.ts";

const LABELS = 1_000_000;
const FLOOD_SECONDS = 60;

const cardinality = await runCardinality(LABELS, 10_000);
console.log("Invented labels:", cardinality);
const storm = await runStorm(FLOOD_SECONDS);
console.log("Flood:", storm);
if (cardinality.wrongHonest + storm.lost + storm.doubled > 0) process.exitCode = 1;
