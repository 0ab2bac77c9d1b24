import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { D1Database } from "@cloudflare/workers-types";
import { Miniflare } from "miniflare";
import { short, table, whole } from "../../bench/lib/report.ts";
import { readMigrations } from "../support/worker-config.ts";
import { failuresOf, type Attack } from "./attack.ts";

const ROWS = 10_000_000;
const SHORT_ROWS = 100_000;
/** The last migration of the version that is upgraded: the one before counts had pages. */
const LAST_BEFORE = "0004_signing.sql";
/** D1 gives a statement 30 s. */
const MIGRATION_MAX_MS = 30_000;
const DAYS = 1_000;

// Day by day, in the order of the primary key, so that the table grows at its end.
const FILL = `
  WITH RECURSIVE key(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM key WHERE n + 1 < ?2)
  INSERT INTO statistic
  SELECT '', date('2023-01-01', ?1 || ' days'), printf('label%06d', n), 'category', printf('dom%06d', n), 1 + n % 1000 FROM key`;

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
  const miniflare = new Miniflare({
    cf: false,
    resourcePersistencePath: folder,
    workers: [
      {
        config: {
          name: "empty",
          compatibilityDate: "2026-01-01",
          manifest: {
            mainModule: "empty.js",
            modulesRoot: "/",
            modules: { "empty.js": { type: "esm", contents: "export default {}" } },
          },
          env: { DB: { type: "d1", id: "tracker" } },
        },
      },
    ],
  });
  try {
    const db = await miniflare.getD1Database("DB");
    const migrations = readMigrations();
    const run = (statements: readonly string[]) => db.batch(statements.map((statement) => db.prepare(statement)));
    for (const { name, statements } of migrations) if (name <= LAST_BEFORE) await run(statements);
    const keys = rows / DAYS;
    for (let day = 0; day < DAYS; day++) await db.prepare(FILL).bind(day, keys).run();
    const before = await sumUp(db);
    const times: [string, number][] = [];
    for (const { name, statements } of migrations.filter(({ name }) => name > LAST_BEFORE)) {
      const start = performance.now();
      await run(statements);
      times.push([name, performance.now() - start]);
    }
    const after = await sumUp(db);
    const isKept = JSON.stringify(after) === JSON.stringify(before) && before.rows === rows;
    await run(STATEMENTS_BEFORE);
    const flushed = await sumUp(db);
    const isUsable = flushed.rows === rows && flushed.counted === before.counted + Math.min(1_000, keys);
    return { times, isKept, isUsable };
  } finally {
    await miniflare.dispose();
    rmSync(folder, { recursive: true });
  }
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
