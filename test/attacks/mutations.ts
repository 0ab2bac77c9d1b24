import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { table } from "../../bench/lib/report.ts";
import { type Attack } from "./attack.ts";
import { MUTATIONS, type Mutation } from "./mutation-table.ts";

const ROOT = join(import.meta.dirname, "../..");
const COPIED = [
  "packages",
  "bench",
  "scripts",
  "test",
  "package.json",
  "tsconfig.base.json",
  "vitest.config.ts",
  "wrangler.toml",
];

/** Shows that the tests can see: breaks the code in one place at a time, in a copy, and says which test caught it. */
export const mutations: Attack = {
  document: "docs/reliability.md",
  async run({ isShort }) {
    const copy = mkdtempSync(join(tmpdir(), "tracker-mutations-"));
    for (const name of COPIED) {
      const isOwn = (path: string): boolean => !path.slice(ROOT.length).includes("node_modules");
      cpSync(join(ROOT, name), join(copy, name), { recursive: true, filter: isOwn });
    }
    symlinkSync(join(ROOT, "node_modules"), join(copy, "node_modules"));
    const chosen = isShort ? MUTATIONS.slice(0, 2) : MUTATIONS;
    for (const tests of new Set(chosen.map(({ tests }) => tests))) {
      const failed = findFailure(copy, tests);
      if (failed) throw new Error(`fails without a mutation: ${failed}`);
    }
    const rows = chosen.map((mutation) => {
      const caughtBy = tryMutation(copy, mutation);
      console.log(`${mutation.name}: ${caughtBy ?? "SURVIVED"}`);
      return [mutation.name, caughtBy ?? "**survived**"];
    });
    return {
      lines: [table(["mutation", "caught by"], rows)],
      failures: rows.filter(([, caughtBy]) => caughtBy === "**survived**").map(([name]) => `survived: ${name}`),
    };
  },
};

function tryMutation(copy: string, { file, find, replace, tests }: Mutation): string | undefined {
  const path = join(copy, "packages", file);
  const source = readFileSync(path, "utf8");
  if (!find.test(source)) throw new Error(`${file} has no ${String(find)}: say anew where this mutation is`);
  writeFileSync(
    path,
    source.replace(find, () => replace),
  );
  try {
    return findFailure(copy, tests);
  } finally {
    writeFileSync(path, source);
  }
}

/** The first of these tests that fails. @throws when they cannot be run, three times over. */
function findFailure(copy: string, tests: string): string | undefined {
  const report = join(copy, "report.json");
  for (let attempt = 1; attempt <= 3; attempt++) {
    rmSync(report, { force: true });
    const { status } = spawnSync(
      "npx",
      ["vitest", "run", "--bail=1", "--reporter=json", `--outputFile=${report}`, ...tests.split(" ")],
      { cwd: copy, env: { ...process.env, HISTORIES_SHRINK: "false" }, stdio: "ignore" },
    );
    if (status == 0) return undefined;
    // A runner that ended before its tests leaves no report, or an empty one.
    const failed = existsSync(report) && readFailure(report);
    if (failed) return failed;
  }
  throw new Error(`the tests did not run: ${tests}`);
}

function readFailure(report: string): string | undefined {
  const { testResults } = JSON.parse(readFileSync(report, "utf8")) as {
    testResults: { name: string; assertionResults: { status: string; fullName: string }[] }[];
  };
  for (const { name, assertionResults } of testResults) {
    const failed = assertionResults.find(({ status }) => status === "failed");
    if (failed) return `\`${name.slice(name.lastIndexOf("/") + 1)}\`: ${failed.fullName.replace(/ \(seed \d+\)/, "")}`;
  }
  return undefined;
}
