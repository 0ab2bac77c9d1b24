/**
 * Fills the local D1 with made-up statistics, the same each time: to try the dashboard, and to measure it over ten
 * million rows (`npm run seed -- --rows 10000000`).
 */
import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { join, relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import { getPlatformProxy } from "wrangler";
import { addDays } from "../packages/sdk/src/protocol/day.ts";
import { activityOn, makeNames } from "./made-up-counts.ts";

const ROOT = join(import.meta.dirname, "..");

const { values } = parseArgs({
  options: {
    rows: { type: "string", default: "20000" },
    days: { type: "string", default: "180" },
    site: { type: "string", default: "" },
    "persist-to": { type: "string", default: join(ROOT, ".tracker") },
  },
});
const days = Number(values.days);
const rowsPerDay = Math.ceil(Number(values.rows) / days);
const persistTo = resolve(values["persist-to"]);

// Before a first start there are no tables.
const wrangler = createRequire(import.meta.url).resolve("wrangler");
const migrate = ["d1", "migrations", "apply", "DB", "--local", "--persist-to", persistTo];
execFileSync(process.execPath, ["--no-warnings", wrangler, ...migrate], {
  cwd: ROOT,
  stdio: ["ignore", "ignore", "inherit"],
  env: { ...process.env, CI: "1", WRANGLER_SEND_METRICS: "false" },
});
const { env, dispose } = await getPlatformProxy<{
  DB: Pick<import("@cloudflare/workers-types").D1Database, "prepare">;
}>({
  configPath: join(ROOT, "wrangler.toml"),
  persist: { path: join(persistTo, "v3") },
});
try {
  await env.DB.prepare("DROP TABLE IF EXISTS seed").run();
  await env.DB.prepare("CREATE TABLE seed (id INTEGER PRIMARY KEY, label, category, dom_id, weight)").run();
  const names = [...makeNames(rowsPerDay)];
  for (let index = 0; index < names.length; index += 5_000) {
    await env.DB.prepare(
      "INSERT INTO seed (label, category, dom_id, weight) SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM json_each(?)",
    )
      .bind(JSON.stringify(names.slice(index, index + 5_000)))
      .run();
  }
  const today = new Date().toISOString().slice(0, 10);
  const started = performance.now();
  for (let age = days - 1; age >= 0; age--) {
    const day = addDays(today, -age);
    // The noise is a hash of day and name: between a half and one and a half.
    await env.DB.prepare(
      `INSERT INTO statistic (site, day, label, category, dom_id, counter)
       SELECT ?1, ?2, label, category, dom_id,
         1 + CAST(weight * ?3 * (0.5 + ((id * 7919 + ?4 * 104729) % 1000) / 1000.0) AS INTEGER)
       FROM seed WHERE true ORDER BY label, category, dom_id
       ON CONFLICT DO UPDATE SET counter = excluded.counter`,
    )
      .bind(values.site, day, activityOn(day, age, days), age)
      .run();
    if (age % 50 == 0) console.log(`${day}: ${Math.round((performance.now() - started) / 1000)} s`);
  }
  await env.DB.prepare("DROP TABLE seed").run();
  console.log(`${days * rowsPerDay} rows over ${days} days are in ${relative("", persistTo) || "."}`);
} finally {
  await dispose();
}
