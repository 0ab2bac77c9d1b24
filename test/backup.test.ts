import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, expect, it } from "vitest";

const run = promisify(execFile);
const WRANGLER = createRequire(import.meta.url).resolve("wrangler");
const MIGRATIONS = join(import.meta.dirname, "../packages/worker/migrations");

const folder = mkdtempSync(join(tmpdir(), "tracker-backup-"));
const config = join(folder, "wrangler.toml");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function d1(...args: string[]): Promise<string> {
  const env = { ...process.env, CI: "1", WRANGLER_SEND_METRICS: "false" };
  const command = ["--no-warnings", WRANGLER, "d1", ...args, "--local", "--config", config];
  return (await run(process.execPath, command, { cwd: folder, env })).stdout;
}

async function readAll(): Promise<unknown> {
  const query = "SELECT * FROM statistic ORDER BY label; SELECT * FROM flush";
  const answers = JSON.parse(await d1("execute", "DB", "--json", "--command", query)) as { results: unknown[] }[];
  return answers.map(({ results }) => results);
}

// As docs/backup-and-restore.md has it.
it("puts a copy of the database back as it was, whatever the labels", async () => {
  writeFileSync(
    config,
    `name = "backup"\ncompatibility_date = "2026-10-20"\n[[d1_databases]]\nbinding = "DB"\ndatabase_name = "tracker"\n` +
      `database_id = "backup"\nmigrations_dir = ${JSON.stringify(MIGRATIONS)}\n`,
  );
  await d1("migrations", "apply", "DB");
  const rows = ["'it''s <b>'", "'); DROP TABLE statistic; --'", "'💥 \\ \"'"].map(
    (label, index) => `INSERT INTO statistic VALUES ('', '2027-01-10', ${label}, '', '', ${index + 1})`,
  );
  const flush = "INSERT INTO flush (source, object, day, watermark) VALUES ('one', '2027-01-10/0', '2027-01-10', 5)";
  await d1("execute", "DB", "--command", [...rows, flush].join("; "));
  const before = await readAll();
  expect(before).toMatchObject([[{ counter: 2 }, { counter: 1 }, { counter: 3 }], [{ watermark: 5 }]]);

  await d1("export", "DB", "--output", join(folder, "copy.sql"));
  rmSync(join(folder, ".wrangler"), { recursive: true });
  await d1("execute", "DB", "--file", join(folder, "copy.sql"));
  expect(await readAll()).toEqual(before);
}, 180_000);
