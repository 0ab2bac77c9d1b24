/**
 * Attacks the tracker for as long as it takes to be believed, and writes what came of it into the documents:
 *
 *     npm run attack -- crashes histories
 *
 * Without a name it says which there are. `--short` tries one for a minute or so, and writes nothing.
 */
import { parseArgs } from "node:util";
import type { Attack } from "../test/attacks/attack.ts";
import { crashes } from "../test/attacks/crashes.ts";
import { flood } from "../test/attacks/flood.ts";
import { fuzz } from "../test/attacks/fuzz.ts";
import { histories } from "../test/attacks/histories.ts";
import { labels } from "../test/attacks/labels.ts";
import { mutations } from "../test/attacks/mutations.ts";
import { outage } from "../test/attacks/outage.ts";
import { storm } from "../test/attacks/storm.ts";
import { beginRun } from "../test/support/run-folder.ts";
import { writeSection } from "./write-section.ts";

const ATTACKS: Record<string, Attack> = { crashes, histories, flood, outage, labels, storm, fuzz, mutations };

const { values, positionals } = parseArgs({
  options: { short: { type: "boolean", default: false } },
  allowPositionals: true,
});
const unknown = positionals.filter((name) => !(name in ATTACKS));
if (positionals.length == 0 || unknown.length > 0) {
  console.error(`Usage: npm run attack -- [--short] ${Object.keys(ATTACKS).join(" | ")}`);
  process.exit(1);
}

beginRun();
for (const name of positionals) {
  console.log(`${name} …`);
  const { document, run } = ATTACKS[name]!;
  const { lines, failures } = await run(values.short);
  console.log(lines.join("\n"));
  if (!values.short) writeSection(document, name, `npm run attack -- ${name}`, lines);
  for (const failure of failures) {
    console.error(`${name}: ${failure}`);
    process.exitCode = 1;
  }
}
