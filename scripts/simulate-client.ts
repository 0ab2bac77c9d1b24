/**
 * Runs the client's real code through random histories of a visitor, and writes what came of it into docs/reliability.md:
 *
 *     npm run simulate:client -- --histories 10000
 *
 * Clocks are wrong and are set, computers sleep, tabs share a storage that may be full or absent, requests and answers get lost, pages
 * are killed, the visitor changes their mind. A history that fails is printed with its seed: `--seed 42 --histories 1` runs it again.
 */
import { parseArgs } from "node:util";
import { simulate } from "../packages/sdk/test/simulation/run.ts";
import { number, table, writeSection } from "./write-section.ts";

const { values } = parseArgs({
  options: { histories: { type: "string", default: "10000" }, seed: { type: "string", default: "1" } },
});
const [histories, seed] = [Number(values.histories), Number(values.seed)];
if (!(histories >= 1) || !Number.isSafeInteger(seed)) throw new RangeError("--histories and --seed are whole numbers");

const figures = await simulate(seed, histories);
for (const { seed, what } of figures.wrong) console.error(`seed ${seed}: ${what.join("; ")}`);
if (figures.wrong.length > 0) throw new Error(`${figures.wrong.length} of ${histories} histories were counted wrongly`);

const sort = (counts: Record<string, number>): [string, number][] =>
  Object.entries(counts).toSorted(([, one], [, other]) => other - one);
console.log(figures);
if (values.seed == "1" && histories >= 1_000) {
  writeSection("docs/reliability.md", "client", `npm run simulate:client -- --histories ${histories}`, [
    `${number(histories)} histories with ${number(figures.pings)} labels: 0 lost, 0 doubled, 0 on another day, but for these.`,
    "",
    ...table(
      ["named in the documents", "labels"],
      sort(figures.named).map(([reason, count]) => [reason, number(count)]),
    ),
    "",
    ...table(
      ["step of a history", "times"],
      sort(figures.steps).map(([step, count]) => [step, number(count)]),
    ),
  ]);
}
