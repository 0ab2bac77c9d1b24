import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Miniflare, MiniflareOptions } from "miniflare";

type WorkerOptions = NonNullable<MiniflareOptions["workers"]>[number];

const MIGRATIONS = join(import.meta.dirname, "../../packages/worker/migrations");

/** The Worker as miniflare takes it. */
export function configureWorker(bundle: string, settings: Record<string, string>): WorkerOptions {
  return {
    config: {
      name: "tracker",
      compatibilityDate: "2026-10-20",
      manifest: {
        mainModule: "worker.js",
        modulesRoot: "/",
        modules: { "worker.js": { type: "esm", contents: readFileSync(bundle, "utf8") } },
      },
      env: {
        DB: { type: "d1", id: "tracker" },
        DAY_COUNTER: { type: "durable-object", worker: "tracker", exportName: "DayCounter" },
        ...Object.fromEntries(
          Object.entries(settings).map(([name, value]) => [name, { type: "text" as const, value }]),
        ),
      },
      exports: { DayCounter: { type: "durable-object", storage: "sqlite" } },
    },
  };
}

/** Makes the tables where they are missing; a kill in between leaves all of them or none. */
export async function migrate(miniflare: Miniflare): Promise<void> {
  const database = await miniflare.getD1Database("DB", "tracker");
  const isThere = await database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'statistic'").first();
  if (isThere) return;
  const statements = readdirSync(MIGRATIONS)
    .toSorted()
    .flatMap((name) =>
      readFileSync(join(MIGRATIONS, name), "utf8")
        .replace(/^\s*--.*$/gm, "")
        .split(";"),
    )
    .map((statement) => statement.trim())
    .filter(Boolean);
  await database.batch(statements.map((statement) => database.prepare(statement)));
}
