import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { D1Database } from "@cloudflare/workers-types";
import { Miniflare } from "miniflare";
import { short, table, whole } from "../../bench/lib/report.ts";
import { change } from "../support/databases.ts";
import { COMPATIBILITY_DATE, readMigrations } from "../support/worker-config.ts";
import { failuresOf, type Attack } from "./attack.ts";

const ROWS = 10_000_000;
const SHORT_ROWS = 100_000;
/** The last migration of the version that is upgraded: the one before counts had pages. */
const LAST_BEFORE = "0004_signing.sql";
/** D1 gives a statement 30 s. */
const MIGRATION_MAX_MS = 30_000;
const DAYS = 1_000;

// Day by day, in the order of the primary key, so that the table grows at its end; the index is made once all is there.
const fill = (rows: number): string => `
  PRAGMA cache_size = -1000000;
  PRAGMA synchronous = OFF;
  DROP INDEX statistic_by_dom_id;
  WITH RECURSIVE
    key(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM key WHERE n + 1 < ${rows / DAYS}),
    age(a) AS (SELECT 0 UNION ALL SELECT a + 1 FROM age WHERE a + 1 < ${DAYS})
  INSERT INTO statistic
  SELECT '', date('2023-01-01', a || ' days'), printf('label%06d', n), 'category', printf('dom%06d', n), 1 + n % 1000
  FROM age CROSS JOIN key;
  CREATE INDEX statistic_by_dom_id ON statistic (site, dom_id, day) WHERE dom_id <> ''`;

/** What the version before asks of D1: an object announces itself, a flush adds to a thousand keys, and the counts are read. */
const STATEMENTS_BEFORE = [
  `INSERT INTO flush (source, object, day, watermark) VALUES ('1', 'object', '2023-01-01', 0) ON CONFLICT DO NOTHING`,
  `INSERT INTO statistic (site, day, label, category, dom_id, counter)
     SELECT '', '2023-01-01', label, category, dom_id, 1 FROM statistic
     WHERE site = '' AND day = '2023-01-01' LIMIT 1000
     ON CONFLICT DO UPDATE SET counter = counter + excluded.counter`,
  `UPDATE flush SET watermark = 1, flushed_at = 1, written = written + 1000 WHERE source = '1' AND watermark = 0`,
];

/** A database of ten million rows as the version before has it, and each migration since; then the version before goes on with it. */
async function migrateAll(
  rows: number,
): Promise<{ times: [name: string, ms: number][]; isKept: boolean; isUsable: boolean }> {
  const folder = mkdtempSync(join(tmpdir(), "tracker-migrations-"));
  const all = readMigrations();
  try {
    await withDatabase(folder, async (db) => {
      for (const { name, statements } of all) if (name <= LAST_BEFORE) await runAll(db, statements);
    });
    // Past D1: its requests are for pages, not for ten million rows.
    change(folder, "statistic", fill(rows));
    return await withDatabase(folder, async (db) => {
      const before = await sumUp(db);
      const times: [string, number][] = [];
      for (const { name, statements } of all.filter(({ name }) => name > LAST_BEFORE)) {
        const start = performance.now();
        await runAll(db, statements);
        times.push([name, performance.now() - start]);
      }
      const after = await sumUp(db);
      const isKept = JSON.stringify(after) === JSON.stringify(before) && before.rows === rows;
      await runAll(db, STATEMENTS_BEFORE);
      const flushed = await sumUp(db);
      const added = Math.min(1_000, rows / DAYS);
      return { times, isKept, isUsable: flushed.rows === rows && flushed.counted === before.counted + added };
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A real D1 with the data of a folder, for as long as it is used. */
async function withDatabase<Result>(folder: string, use: (db: D1Database) => Promise<Result>): Promise<Result> {
  const config = {
    name: "empty",
    compatibilityDate: COMPATIBILITY_DATE,
    manifest: {
      mainModule: "empty.js",
      modulesRoot: "/",
      modules: { "empty.js": { type: "esm" as const, contents: "export default {}" } },
    },
    env: { DB: { type: "d1" as const, id: "tracker" } },
  };
  const miniflare = new Miniflare({ cf: false, resourcePersistencePath: folder, workers: [{ config }] });
  try {
    return await use(await miniflare.getD1Database("DB"));
  } finally {
    await miniflare.dispose();
  }
}

function runAll(db: D1Database, statements: readonly string[]): Promise<unknown> {
  return db.batch(statements.map((statement) => db.prepare(statement)));
}

async function sumUp(db: D1Database): Promise<{ rows: number; counted: number }> {
  return (await db.prepare("SELECT count(*) AS rows, sum(counter) AS counted FROM statistic").first())!;
}

export const migrations: Attack = {
  document: "docs/reliability.md",
  async run({ isShort }) {
    const rows = isShort ? SHORT_ROWS : ROWS;
    const { times, isKept, isUsable } = await migrateAll(rows);
    return {
      lines: [
        table(
          [`migration, over ${whole(rows)} rows of \`statistic\``, "ms"],
          times.map(([name, ms]) => [`\`${name}\``, short(ms)]),
        ),
        "",
        "Afterwards each row is as it was, and the version before announces, flushes and reads with its own statements.",
      ],
      failures: failuresOf({
        "a row changed": !isKept,
        "the version before cannot go on": !isUsable,
        "D1 would stop a migration": times.some(([, ms]) => ms > MIGRATION_MAX_MS),
      }),
    };
  },
};
