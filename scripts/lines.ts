/**
 * Counts the lines that are not blank, by what they are for; of a commit, HEAD by default.
 *
 *     node scripts/lines.ts [commit]
 */
import { execFileSync } from "node:child_process";

const KINDS: readonly (readonly [kind: string, path: RegExp])[] = [
  ["tests", /\.test\.tsx?$|^test\/|^packages\/\w+\/test\//],
  ["scripts and bench", /^(scripts|bench|\.ci)\//],
  ["product", /^packages\//],
  ["examples", /^examples\//],
  ["Markdown", /\.md$/],
];
const COUNTED = /\.(ts|tsx|cjs|mjs|js|css|html|sql|py|lua|sh|md)$/;

const commit = process.argv[2] ?? "HEAD";
const git = (...args: string[]): string => execFileSync("git", args, { encoding: "utf8", maxBuffer: 1e9 });

const sums = new Map<string, { files: number; lines: number; sizes: number[] }>();
for (const file of git("ls-tree", "-r", "--name-only", commit).trim().split("\n")) {
  if (!COUNTED.test(file)) continue;
  const kind = file.endsWith(".md") ? "Markdown" : KINDS.find(([, path]) => path.test(file))?.[0];
  if (!kind) continue;
  const lines = git("show", `${commit}:${file}`)
    .split("\n")
    .filter((line) => line.trim()).length;
  const sum = sums.get(kind) ?? { files: 0, lines: 0, sizes: [] };
  sums.set(kind, { files: sum.files + 1, lines: sum.lines + lines, sizes: [...sum.sizes, lines] });
}
for (const [kind, { files, lines, sizes }] of sums) {
  const sorted = sizes.toSorted((a, b) => a - b);
  console.log(`${kind}: ${lines} lines in ${files} files, median ${sorted[files >> 1]}, longest ${sorted.at(-1)}`);
}
