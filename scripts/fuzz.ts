/** The long form of test/fuzz.test.ts: `npm run fuzz [-- <runs>]`, by default 100,000. */
import { runFuzz } from "../test/support/fuzz-run.ts";

const runs = Number(process.argv[2] ?? 100_000);
const start = performance.now();
const figures = await runFuzz(runs);
console.log(figures, `${Math.round((performance.now() - start) / 1000)} s`);
if (figures.wrongKeys > 0 || figures.counted !== figures.accepted) process.exitCode = 1;
