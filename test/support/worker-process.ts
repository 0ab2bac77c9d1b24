/**
 * The Worker alone in workerd, its data on disk, in a process of its own: it starts in half a second and can be killed at any
 * moment. `worker.ts` starts it: `node worker-process.ts <bundle> <folder> <settings as JSON>`. Prints its URL and that of its
 * inspector when it is ready.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Miniflare } from "miniflare";

const MIGRATIONS = join(import.meta.dirname, "../../packages/worker/migrations");

const [bundle = "", folder = "", settings = "{}"] = process.argv.slice(2);

const miniflare = new Miniflare({
  host: "127.0.0.1",
  port: 0,
  inspectorPort: 0,
  cf: false,
  resourcePersistencePath: folder,
  handleUncaughtError: () => {},
  handleStructuredLogs: ({ message }) => process.stderr.write(`${message}\n`),
  workers: [
    {
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
            Object.entries(JSON.parse(settings) as Record<string, string>).map(([name, value]) => [
              name,
              { type: "text" as const, value },
            ]),
          ),
        },
        exports: { DayCounter: { type: "durable-object", storage: "sqlite" } },
      },
    },
  ],
});

await migrate();
process.stdout.write(`${String(await miniflare.ready)} ${String(await miniflare.getInspectorURL())}\n`);

/** Makes the tables where they are missing; a kill in between leaves all of them or none. */
async function migrate(): Promise<void> {
  const database = await miniflare.getD1Database("DB");
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
