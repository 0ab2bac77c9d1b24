/** The long form of test/fuzz.test.ts, which writes its figures into SECURITY.md: `npm run fuzz [-- <runs>]`, by default 100,000. */
import { runFuzz } from "../test/support/fuzz-run.ts";
import { number, writeSection } from "./write-section.ts";

const runs = Number(process.argv[2] ?? 100_000);
const figures = await runFuzz(runs);
console.log(figures);

const { 200: counted = 0, ...refused } = figures.statuses;
writeSection("SECURITY.md", "fuzz", `npm run fuzz -- ${runs}`, [
  `- **${number(figures.runs)} fuzzed requests**: ${number(counted)} answered 200, ${number(Object.values(refused).reduce((sum, count) => sum + count, 0))} refused, no 5xx;`,
  `  ${number(figures.accepted)} actions said to be counted, ${number(figures.counted)} counted, ${figures.wrongKeys} keys wrong.`,
]);
if (figures.wrongKeys > 0 || figures.counted !== figures.accepted) throw new Error("a count is wrong");
