import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { availableParallelism, loadavg } from "node:os";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "..");
// Before the script does anything itself, such as keeping to one core: what others do on the machine.
const [load = 0] = loadavg();
const cores = availableParallelism();

/** Replaces what stands between a section's marks in a document: `<!-- name -->` and `<!-- /name -->`. */
export function writeSection(document: string, name: string, command: string, lines: readonly string[]): void {
  const path = join(ROOT, document);
  const text = readFileSync(path, "utf8");
  const begin = `<!-- ${name} -->`;
  const from = text.indexOf(begin);
  const to = text.indexOf(`<!-- /${name} -->`);
  if (from < 0 || to < 0) throw new Error(`${document} has no section ${name}`);
  const machine = `${cores} cores with a load of ${load.toFixed(1)} before`;
  const note = `\`${command}\`, ${new Date().toISOString().slice(0, 10)}, ${machine}:`;
  const section = [begin, "", note, "", ...lines, "", ""].join("\n");
  writeFileSync(path, text.slice(0, from) + section + text.slice(to));
  spawnSync("npx", ["oxfmt", path], { stdio: "ignore" });
}
