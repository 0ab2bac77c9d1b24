import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";

const DOCUMENT = join(import.meta.dirname, "../docs/reliability.md");

/** Replaces what stands between a section's marks in docs/reliability.md. */
export function writeSection(name: string, command: string, lines: readonly string[]): void {
  const text = readFileSync(DOCUMENT, "utf8");
  const begin = `<!-- ${name} -->`;
  const from = text.indexOf(begin);
  const to = text.indexOf(`<!-- /${name} -->`);
  if (from < 0 || to < 0) throw new Error(`${DOCUMENT} has no section ${name}`);
  const note = `\`${command}\`, ${new Date().toISOString().slice(0, 10)}, ${availableParallelism()} cores shared with other work:`;
  const section = [begin, "", note, "", ...lines, "", ""].join("\n");
  writeFileSync(DOCUMENT, text.slice(0, from) + section + text.slice(to));
  spawnSync("npx", ["oxfmt", DOCUMENT], { stdio: "ignore" });
}
