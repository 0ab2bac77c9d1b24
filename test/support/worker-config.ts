import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Miniflare, MiniflareOptions } from "miniflare";
import { parse } from "smol-toml";

type WorkerOptions = NonNullable<MiniflareOptions["workers"]>[number];

const ROOT = join(import.meta.dirname, "../..");
const MIGRATIONS = join(ROOT, "packages/worker/migrations");

const WRANGLER = parse(readFileSync(join(ROOT, "wrangler.toml"), "utf8")) as unknown as {
  compatibility_date: string;
  assets: { directory: string };
  ratelimits: { name: string; namespace_id: string; simple: { limit: number; period: 60 } }[];
};

/** The compatibility date of wrangler.toml. */
export const COMPATIBILITY_DATE = WRANGLER.compatibility_date;

/**
 * The Worker as miniflare takes it.
 *
 * @param settings Those that are not given have the defaults of the code, but for DEVELOPMENT.
 * @param isWhole With what stands before it at Cloudflare: the scripts and pages, and the rate limits of wrangler.toml.
 */
export function configureWorker(bundle: string, settings: Record<string, string>, isWhole = false): WorkerOptions {
  const limits = isWhole ? WRANGLER.ratelimits : [];
  return {
    config: {
      name: "tracker",
      compatibilityDate: COMPATIBILITY_DATE,
      manifest: {
        mainModule: "worker.js",
        modulesRoot: "/",
        modules: { "worker.js": { type: "esm", contents: readFileSync(bundle, "utf8") } },
      },
      ...(isWhole && { assets: { directory: join(ROOT, WRANGLER.assets.directory), hasUserWorker: true } }),
      env: {
        ...(isWhole && { ASSETS: { type: "assets" as const } }),
        DB: { type: "d1", id: "tracker" },
        DAY_COUNTER: { type: "durable-object", worker: "tracker", exportName: "DayCounter" },
        ...Object.fromEntries(
          limits.map(({ name, namespace_id: namespace, simple }) => [
            name,
            { type: "rate-limit" as const, namespace, simple },
          ]),
        ),
        ...Object.fromEntries(
          Object.entries({ DEVELOPMENT: "true", ...settings }).map(([name, value]) => [
            name,
            { type: "text" as const, value },
          ]),
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
  const statements = readMigrations().flatMap(({ statements }) => statements);
  await database.batch(statements.map((statement) => database.prepare(statement)));
}

/** The statements of each migration, in their order. */
export function readMigrations(): { name: string; statements: string[] }[] {
  return readdirSync(MIGRATIONS)
    .toSorted()
    .map((name) => ({
      name,
      statements: readFileSync(join(MIGRATIONS, name), "utf8")
        .replace(/^\s*--.*$/gm, "")
        .split(";")
        .map((statement) => statement.trim())
        .filter(Boolean),
    }));
}
