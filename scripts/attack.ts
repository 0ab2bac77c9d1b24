/**
 * Attacks the tracker for as long as it takes to be believed, and writes what came of it into the documents:
 *
 *     npm run attack -- crashes histories
 *
 * Without a name it says which there are. `--short` tries one for a minute or so, `--seed 42` repeats one history of the client's;
 * both write nothing.
 */
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { availableParallelism, loadavg } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Attack } from "../test/attacks/attack.ts";
import { client } from "../test/attacks/client.ts";
import { crashes } from "../test/attacks/crashes.ts";
import { flood } from "../test/attacks/flood.ts";
import { fuzz } from "../test/attacks/fuzz.ts";
import { histories } from "../test/attacks/histories.ts";
import { labels } from "../test/attacks/labels.ts";
import { migrations } from "../test/attacks/migrations.ts";
import { mutations } from "../test/attacks/mutations.ts";
import { outage } from "../test/attacks/outage.ts";
import { rules } from "../test/attacks/rules.ts";
import { storm } from "../test/attacks/storm.ts";
import { beginRun } from "../test/support/run-folder.ts";
import { replaceSection } from "./section.ts";

const ATTACKS: Record<string, Attack> = {
  crashes,
  histories,
  client,
  flood,
  outage,
  labels,
  storm,
  fuzz,
  rules,
  migrations,
  mutations,
};

const { values, positionals } = parseArgs({
  options: { short: { type: "boolean", default: false }, seed: { type: "string" } },
  allowPositionals: true,
});
const unknown = positionals.filter((name) => !(name in ATTACKS));
if (positionals.length == 0 || unknown.length > 0) {
  console.error(`Usage: npm run attack -- [--short] [--seed 42] ${Object.keys(ATTACKS).join(" | ")}`);
  process.exit(1);
}

// Before the attacks do anything themselves, such as keeping to one core: what others do on the machine.
const machine = `${availableParallelism()} cores with a load of ${loadavg()[0]!.toFixed(1)} before`;

beginRun();
for (const name of positionals) {
  console.log(`${name} …`);
  const { document, run } = ATTACKS[name]!;
  const seed = values.seed === undefined ? undefined : Number(values.seed);
  const { lines, failures } = await run({ isShort: values.short, seed });
  console.log(lines.join("\n"));
  const isWhole = !values.short && seed === undefined;
  if (isWhole && failures.length == 0) {
    const path = join(import.meta.dirname, "..", document);
    const note = `\`npm run attack -- ${name}\`, ${new Date().toISOString().slice(0, 10)}, ${machine}:`;
    writeFileSync(path, replaceSection(readFileSync(path, "utf8"), name, [note, "", ...lines].join("\n")));
    spawnSync("npx", ["oxfmt", path], { stdio: "ignore" });
  }
  for (const failure of failures) {
    console.error(`${name}: ${failure}`);
    process.exitCode = 1;
  }
}
