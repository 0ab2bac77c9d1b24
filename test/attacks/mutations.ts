import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { table } from "../../bench/lib/report.ts";
import { type Attack } from "./attack.ts";

/** A way to break the code, in one place. */
interface Mutation {
  name: string;
  /** In packages/. */
  file: string;
  /** What is broken: by the names that matter, whatever the line looks like. It must be there. */
  find: RegExp;
  replace: string;
  /** The tests that should see it, as `vitest run` takes them. */
  tests: string;
}

const MUTATIONS: Mutation[] = [
  {
    name: "A flush forgets the pages",
    file: "worker/src/d1/move-tail.ts",
    find: /\.\.\.ofPages\.map\([^\n]*\),/,
    replace: "",
    tests: "statistics/pages.test",
  },
  {
    name: "An object forgets on which page a name was counted",
    file: "worker/src/journal/names.ts",
    find: /keyOf\(name\.site, name, name\.page\)/,
    replace: "keyOf(name.site, name)",
    tests: "statistics/pages.test",
  },
  {
    name: "A deleted day keeps its pages' counts",
    file: "worker/src/d1/write.ts",
    find: /DELETE FROM page_statistic WHERE site = \?1 AND day BETWEEN \?2 AND \?3 AND/,
    replace: "DELETE FROM page_statistic WHERE false AND ?1 = ?2 AND ?3 = '' AND",
    tests: "statistics/pages.test",
  },
  {
    name: "A flush adds though another was first",
    file: "worker/src/d1/move-tail.ts",
    find: /flush\.watermark = move\.value ->> 1/,
    replace: "true",
    tests: "counting/flush.test",
  },
  {
    name: "A late flush keeps the day's old sums",
    file: "worker/src/d1/move-tail.ts",
    find: /deleteDaySums\.bind\([^;]*?\),\s*(?=moveWatermarks)/,
    replace: "",
    tests: "counting/flush.test",
  },
  {
    name: "A read leaves out what D1 does not have yet",
    file: "worker/src/statistics/read.ts",
    find: /sums\.add\(tail\.increments\);/,
    replace: "",
    tests: "statistics/read.test",
  },
  {
    name: "A question does not mind that a flush came between",
    file: "worker/src/statistics/read.ts",
    find: /JSON\.stringify\(now\.open\) === JSON\.stringify\(open\)/,
    replace: "true",
    tests: "statistics/read.test",
  },
  {
    name: "D1 is not read again for an object that is gone",
    file: "worker/src/statistics/read.ts",
    find: /gone\.length === 0/,
    replace: "true",
    tests: "statistics/read.test",
  },
  {
    name: "Objects that are gone are never closed",
    file: "worker/src/counting/flush.ts",
    find: /gone\.length > 0/,
    replace: "false",
    tests: "statistics/read.test",
  },
  {
    name: "Days are summed up that an object may still add to",
    file: "worker/src/d1/day-sum.ts",
    find: /AND NOT EXISTS \(SELECT 1 FROM flush [^)]*closed_at IS NULL\)/g,
    replace: "",
    tests: "statistics/sum-up.test",
  },
  {
    name: "Days are deleted that an object may still add to",
    file: "worker/src/d1/write.ts",
    find: /NOT EXISTS \(SELECT 1 FROM flush [^)]*closed_at IS NULL\)/,
    replace: "true",
    tests: "statistics/sum-up.test",
  },
  {
    name: "A batch is acknowledged before its row is written",
    file: "worker/src/counting/day-counter.ts",
    find: /await durable;/,
    replace: "void durable.catch(() => {});",
    tests: "counting/day-counter.test",
  },
  {
    name: "A batch is acknowledged before its row is on the disk",
    file: "worker/src/counting/day-counter.ts",
    find: /await this\.ctx\.storage\.sync\(\);(?=\s*open\.tail)/,
    replace: "",
    tests: "counting/day-counter.test",
  },
  {
    name: "A batch that is in the journal is not known",
    file: "worker/src/counting/day-counter.ts",
    find: /this\.#open\?\.batchIds\.has\([^)]*\)/,
    replace: "false",
    tests: "counting/day-counter.test",
  },
  {
    name: "A day is deleted before D1 has it",
    file: "worker/src/counting/day-counter.ts",
    find: /await closeObject\([^;]*;/,
    replace: "",
    tests: "counting/day-counter.test",
  },
  {
    name: "The watermark moves a row too far",
    file: "worker/src/counting/flush.ts",
    find: /to: upto \}/,
    replace: "to: upto + 1 }",
    tests: "counting/flush.test",
  },
  {
    name: "An object that lost its journal is taken for a closed one",
    file: "worker/src/model/closing.ts",
    find: /now >= closingTimeOf\(day, calendar\)/,
    replace: "true",
    tests: "statistics/read.test",
  },
  {
    name: "Objects do not announce themselves again",
    file: "worker/src/counting/announce-again.ts",
    find: /await announce\(/,
    replace: "void (",
    tests: "counting/announce-again.test",
  },
  {
    name: "A deleted label stays in its days' sums",
    file: "worker/src/d1/write.ts",
    find: /AND day IN \(SELECT day FROM statistic/,
    replace: "AND day IN (SELECT day FROM flush",
    tests: "http/read-deletion.test",
  },
  {
    name: "A day with only refused pings is never done",
    file: "worker/src/d1/day-sum.ts",
    find: /\$\{rows\} HAVING/,
    replace: "${counted} HAVING",
    tests: "statistics/sum-up.test",
  },
  {
    name: "An object counts for whatever number of shards its callers believe in",
    file: "worker/src/counting/day-counter.ts",
    find: /shards !== batch\.shards/,
    replace: "shards < 0",
    tests: "counting/count-batch.test",
  },
  {
    name: "Each object decides the day's number of shards for itself",
    file: "worker/src/counting/day-counter.ts",
    find: /shard === "0"/,
    replace: 'shard >= "0"',
    tests: "counting/count-batch.test",
  },
  {
    name: "The day is that of the try, not of the batch",
    file: "worker/src/counting/count-batch.ts",
    find: /calendar\.dayOf\(at\)/,
    replace: "calendar.dayOf(Date.now())",
    tests: "counting/announce-again.test",
  },
  {
    name: "A batch is looked for only since its at",
    file: "worker/src/journal/batch-ids.ts",
    find: /const filter = this\.#filters\[index\]!;/,
    replace: "const filter = this.#filters[index]!;\n      if (filter.until < at) return false;",
    tests: "journal/batch-ids.test",
  },
  {
    name: "A filter's maybe is taken for a yes",
    file: "worker/src/journal/batch-ids.ts",
    find: /this\.#journal\.hasBatch\(id, first, segment\)/,
    replace: "first <= segment",
    tests: "journal/batch-ids.test",
  },
  {
    name: "A failed write leaves the instance alive",
    file: "worker/src/counting/day-counter.ts",
    find: /this\.ctx\.abort\("the journal[^;]*;/,
    replace: "",
    tests: "counting/day-counter.test",
  },
  {
    name: "A page adds to its open batch for as long as it likes",
    file: "sdk/src/track/open-batch.ts",
    find: /isYoung\(key, OWNED_MS\)/,
    replace: "(isYoung(key, OWNED_MS) || true)",
    tests: "track/simulation",
  },
  {
    name: "A page takes over an open batch whose page may be there",
    file: "sdk/src/recovery/recovery.ts",
    find: /isYoung\(key, ADOPT_AFTER_MS\)/,
    replace: "(isYoung(key, ADOPT_AFTER_MS) && false)",
    tests: "track/simulation",
  },
  {
    name: "A batch goes on taking pings when it is sent",
    file: "sdk/src/track/open-batch.ts",
    find: /(?<=send\(openBatch\.key, [^;]*;\s*)openBatch = undefined;/,
    replace: "",
    tests: "track/simulation",
  },
  {
    name: "What is folded is not stored",
    file: "sdk/src/track/deliver.ts",
    find: /storeOpenBatch\(\);/,
    replace: "void storeOpenBatch;",
    tests: "track/simulation",
  },
  {
    name: "A batch with a wrong date is sent under another id",
    file: "sdk/src/recovery/recovery.ts",
    find: /batch\.body = batch\.body(?=\.replace)/,
    replace: 'batch.body = batch.body.replace(/"id":"../, () => `"id":"${Math.random().toString(36).slice(2, 4)}`)',
    tests: "track/simulation",
  },
  {
    name: "A batch that is too old is dated anew, though it may have counted",
    file: "sdk/src/protocol/retry.ts",
    find: /!mayHaveCounted/,
    replace: "!(mayHaveCounted && false)",
    tests: "track/simulation",
  },
  {
    name: "What something else refuses is taken for the Tracker's no",
    file: "sdk/src/protocol/retry.ts",
    find: /(?<=answer\?\.now != "number"\) return )"retry"/,
    replace: 'isFinal(status) ? "settled" : "retry"',
    tests: "track/simulation",
  },
  {
    name: "optOut() leaves what other tabs have stored",
    file: "sdk/src/track/tracker.ts",
    find: /clearStorage\(\);/,
    replace: "void clearStorage;",
    tests: "track/simulation",
  },
  {
    name: "What was not simply accepted is forgotten",
    file: "sdk/src/track/send.ts",
    find: /rejected\?\.length === 0 &&/,
    replace: "(rejected?.length ?? 0) === 0 &&",
    tests: "track/simulation",
  },
  {
    name: "A page that cannot load the second file forgets what failed",
    file: "sdk/src/track/send.ts",
    find: /(?<=catch \(error\) \{)/,
    replace: "if (failure) { outbox.delete(failure.key); delete storage[failure.key]; }",
    tests: "track/simulation",
  },
  {
    name: "Nobody looks for what was left",
    file: "sdk/src/track/deliver.ts",
    find: /some\(isLeft\)/,
    replace: "some((key) => isLeft(key) && false)",
    tests: "track/simulation",
  },
  {
    name: "The next page does not know that the clock is wrong",
    file: "sdk/src/track/send.ts",
    find: /Number\(storage\[CLOCK_KEY\]\) \|\| 0/,
    replace: "(Number(storage[CLOCK_KEY]) || 0) * 0",
    tests: "track/simulation",
  },
];

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
