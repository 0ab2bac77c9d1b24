/**
 * Shows that the attacks can see: breaks the code in one place at a time, in a scratch copy, runs the tests, and writes which test
 * caught it into docs/reliability.md. Fails when a mutation survives.
 *
 *     npm run mutations
 */
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { table, writeSection } from "./write-section.ts";

interface Mutation {
  name: string;
  file: string;
  /** The test that is expected to see it, where that is not the histories: saves time. */
  seenBy?: string;
  find: string;
  replace: string;
}

const ROOT = join(import.meta.dirname, "..");
const COPIED = ["packages", "test", "package.json", "tsconfig.base.json", "vitest.config.ts", "wrangler.toml"];
const TESTS = ["packages/worker/test/histories", "packages/worker/src/counting", "packages/worker/src/journal"];
const NOT_SLOW = "^(?!.*100,000)";
// Slow: only for what the others do not see.
const CRASH_TEST = ["test/crash.test.ts"];

const COUNTER = "counting/day-counter.ts";
const IDS = "journal/batch-ids.ts";
const JOURNAL = "journal/journal.ts";

const MUTATIONS: Mutation[] = [
  {
    name: "The flush's guard is always true",
    file: "d1/move-tail.ts",
    find: "move.value ->> 1) = json_array_length(?1)",
    replace: "move.value ->> 1) >= 0",
  },
  {
    name: "Counters are added without the guard",
    file: "d1/move-tail.ts",
    find: "FROM json_each(?2) WHERE ${GUARD}",
    replace: "FROM json_each(?2) WHERE true",
  },
  {
    name: "Watermarks do not move",
    file: "d1/move-tail.ts",
    find: "SELECT move.value ->> 2 FROM",
    replace: "SELECT move.value ->> 1 FROM",
  },
  {
    name: "Counters and watermarks go in two transactions",
    file: "d1/move-tail.ts",
    find: "  const results = await db.batch([\n    ...splitJson(increments)",
    replace:
      "  await db.batch(splitJson(increments).map((json) => addIncrements.bind(movesJson, json, day)));\n  const results = await db.batch([\n    ...splitJson([])",
  },
  {
    name: "The watermark moves a row too far",
    file: "counting/flush.ts",
    find: "to: upto }",
    replace: "to: upto + 1 }",
  },
  {
    name: "The shards' counts of one key overwrite each other",
    file: "counting/flush.ts",
    seenBy: "flush.test",
    find: "sum[4] += count",
    replace: "sum[4] = count",
  },
  {
    name: "One silent object stops the flush of the others",
    file: "counting/flush.ts",
    seenBy: "flush.test",
    find: 'logError("tail_failed", error, { object: object.object });',
    replace: "throw error;",
  },
  {
    name: "A flush that failed is not tried again from D1's watermarks",
    file: "counting/flush.ts",
    seenBy: "flush.test",
    find: "pending = await listObjects(env.DB, [...sources]).catch(() => pending);",
    replace: "pending = pending.map((object) => ({ ...object, watermark: object.watermark + 1 }));",
  },
  {
    name: "A read takes all of the journal, not what is after D1's watermark",
    file: "statistics/read.ts",
    find: "for (let after = object.watermark; ;)",
    replace: "for (let after = 0; ;)",
  },
  {
    name: "A read leaves out what is not in D1 yet",
    file: "statistics/read.ts",
    find: "addIncrements(sums, tail.increments);",
    replace: "",
  },
  {
    name: "The tail holds the watermark's own row, too",
    file: JOURNAL,
    seenBy: "day-counter.test",
    find: "SELECT id, pings FROM journal WHERE id > ?",
    replace: "SELECT id, pings FROM journal WHERE id >= ?",
  },
  {
    name: "The sums of an older watermark are used for a newer one",
    file: "journal/tail.ts",
    seenBy: "day-counter.test",
    find: "this.#sums = new Map();\n    }",
    replace: "}",
  },
  {
    name: "A batch is acknowledged before its row is written",
    file: COUNTER,
    seenBy: "test/crash.test",
    find: "    await durable;\n    return false;",
    replace: "    void durable.catch(() => {});\n    return false;",
  },
  {
    name: "No batch is known",
    file: COUNTER,
    seenBy: "day-counter.test",
    find: "if (this.#open?.batchIds.has(batch.id, batch.at)) return true;",
    replace: "",
  },
  {
    name: "A batch that is being written is not known",
    file: COUNTER,
    seenBy: "day-counter.test",
    find: "const waiting = this.#waiting.get(batch.id);",
    replace: "const waiting = undefined as Promise<void> | undefined;",
  },
  {
    name: "Batch ids are forgotten in a restart",
    file: IDS,
    seenBy: "day-counter.test",
    find: "for (const row of journal.batchesAfter(this.#sealed)) this.#addRecent(row);",
    replace: "",
  },
  {
    name: "Filters are forgotten in a restart",
    file: IDS,
    seenBy: "batch-ids.test",
    find: "?? this.#sealed + SEGMENT_ROWS",
    replace: "?? 0",
  },
  {
    name: "Filters that are not in memory are not read",
    file: IDS,
    seenBy: "batch-ids.test",
    find: "if (oldest > SEGMENT_ROWS) yield* this.#journal.filterBlocks(block, oldest);",
    replace: "",
  },
  {
    name: "A filter's maybe is taken for a yes",
    file: IDS,
    seenBy: "batch-ids.test",
    find: "mayHold(bits, hash) && this.#journal.hasBatch(id, segment - SEGMENT_ROWS + 1, segment)",
    replace: "mayHold(bits, { ...hash, step: 0 })",
  },
  {
    name: "The clock's tolerance is left out of the look-up",
    file: IDS,
    seenBy: "batch-ids.test",
    find: "at - CLOCK_AHEAD_MAX_MS - CLOCK_STEP_MS",
    replace: "at",
  },
  {
    name: "A failed write leaves the instance alive",
    file: COUNTER,
    seenBy: "day-counter.test",
    find: 'this.ctx.abort("the journal could not be written");',
    replace: "",
  },
  {
    name: "The object does not announce itself",
    file: COUNTER,
    seenBy: "day-counter.test",
    find: "    await announce(this.env.DB, state);\n    state.announced",
    replace: "    state.announced",
  },
  {
    name: "Who could not announce itself does not try again",
    file: COUNTER,
    seenBy: "day-counter.test",
    find: "else await this.#announce(open);",
    replace: "",
  },
  {
    name: "A duplicate is answered before the object is announced",
    file: COUNTER,
    seenBy: "day-counter.test",
    find: "const duplicate = await this.#countOnce(batch);",
    replace: "const duplicate = await this.#countOnce(batch);\n    if (duplicate) return { ok: true, duplicate };",
  },
  {
    name: "A day is deleted without a last flush",
    file: COUNTER,
    seenBy: "day-counter.test",
    find: "await closeObject(this.env.DB, open.state.source, watermark, Date.now());",
    replace: "",
  },
  {
    name: "An alarm that failed is not set again",
    file: COUNTER,
    seenBy: "day-counter.test",
    find: "      await this.ctx.storage.setAlarm(Date.now() + ALARM_RETRY_MS);\n    }\n  }\n\n  /** The platform gives up",
    replace: "    }\n  }\n\n  /** The platform gives up",
  },
  {
    name: "An alarm that the platform gave up stays away",
    file: COUNTER,
    seenBy: "day-counter.test",
    find: "void this.#keepAlarm();",
    replace: "",
  },
  {
    name: "A closing object takes pings",
    file: COUNTER,
    seenBy: "day-counter.test",
    find: 'this.#isClosing ? "too_old" : ',
    replace: "",
  },
  {
    name: "Old batches are taken",
    file: "model/closing.ts",
    seenBy: "day-counter.test",
    find: "at < now - BATCH_MAX_AGE_MS",
    replace: "at < 0",
  },
  {
    name: "The day is that of the try, not of the batch",
    file: "counting/count-batch.ts",
    find: "objectOf(readConfig(env), id, at)",
    replace: "objectOf(readConfig(env), id, Date.now())",
  },
  {
    name: "The number of shards is that of today, not of the batch's day",
    file: "counting/count-batch.ts",
    find: "shards.findLast(({ from }) => from <= day)!",
    replace: "shards.at(-1)!",
  },
  {
    name: "An overloaded object is called again",
    file: "counting/call-day-counter.ts",
    seenBy: "objects.test",
    find: " && overloaded !== true",
    replace: "",
  },
  {
    name: "An object that hangs is waited for",
    file: "counting/call-day-counter.ts",
    seenBy: "objects.test",
    find: "Promise.race([silence, callTwice(",
    replace: "Promise.race([callTwice(",
  },
  {
    name: "A retryable error is not tried again",
    file: "counting/call-day-counter.ts",
    seenBy: "objects.test",
    find: "if (!isRetryable(error)) throw error;",
    replace: "throw error;",
  },
];

const scratch = mkdtempSync(join(tmpdir(), "tracker-mutations-"));
for (const name of COPIED) {
  cpSync(join(ROOT, name), join(scratch, name), {
    recursive: true,
    filter: (path) => !path.slice(ROOT.length).includes("node_modules"),
  });
}
symlinkSync(join(ROOT, "node_modules"), join(scratch, "node_modules"));

const unharmed = findFailure();
if (unharmed) throw new Error(`fails without a mutation: ${unharmed}`);
const caught: string[][] = [];
for (const { name, file, seenBy, find, replace } of MUTATIONS) {
  const path = join(scratch, "packages/worker/src", file);
  const source = readFileSync(path, "utf8");
  if (source.split(find).length != 2) throw new Error(`"${find}" is not once in ${file}`);
  writeFileSync(
    path,
    source.replace(find, () => replace),
  );
  const test = runTests([seenBy ?? "histories.test"]) ?? findFailure();
  writeFileSync(path, source);
  console.log(`${test ? "caught" : "SURVIVED"}: ${name}: ${test}`);
  caught.push([name, test ?? "**survived**"]);
}
rmSync(scratch, { recursive: true });

writeSection("docs/reliability.md", "mutations", "npm run mutations", table(["mutation", "caught by"], caught));
if (caught.some(([, test]) => test === "**survived**")) throw new Error("a mutation survived");

/** The first test that fails in the scratch copy. */
function findFailure(): string | undefined {
  return runTests(TESTS) ?? runTests(CRASH_TEST);
}

/** The first of these tests that fails. @throws when they cannot be run, three times over. */
function runTests(files: string[]): string | undefined {
  const report = join(scratch, "report.json");
  for (let attempt = 1; attempt <= 3; attempt++) {
    rmSync(report, { force: true });
    const { status } = spawnSync(
      "npx",
      ["vitest", "run", "--bail=1", "-t", NOT_SLOW, "--reporter=json", `--outputFile=${report}`, ...files],
      { cwd: scratch, env: { ...process.env, HISTORIES_SHRINK: "false" }, stdio: "ignore" },
    );
    if (status == 0) return undefined;
    // A runner that ended before its tests leaves no report, or an empty one.
    const failed = existsSync(report) && readFailure(report);
    if (failed) return failed;
  }
  throw new Error(`the tests did not run: ${files.join(" ")}`);
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
