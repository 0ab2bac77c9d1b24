/**
 * `npm run bench` runs every benchmark, `npm run bench -- ingest cost` some of them. What they measure is kept in
 * bench/results.json, and docs/performance.md and sections of other documents are written from it.
 */
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg, release, totalmem } from "node:os";
import { join } from "node:path";
import { beginRun } from "../test/support/run-folder.ts";
import { BENCHES, renderDocuments, resultsOf, type Measured } from "./page.ts";

const ROOT = join(import.meta.dirname, "..");
const RESULTS = join(ROOT, "bench/results.json");

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in BENCHES));
if (unknown.length > 0) {
  console.error(`no benchmark ${unknown.join(", ")}; there are ${Object.keys(BENCHES).join(", ")}`);
  process.exit(1);
}

const names = (asked.length > 0 ? asked : Object.keys(BENCHES)).filter((name) => {
  const missing = BENCHES[name]!.findMissing?.();
  if (missing === undefined) return true;
  console.error(`${name}: skipped, ${missing}`);
  // Without names, the rest is measured all the same.
  if (asked.length > 0) process.exitCode = 1;
  return false;
});

beginRun();

const measured = readMeasured();
for (const name of names) {
  console.log(`${name} …`);
  const start = performance.now();
  const machine = describeMachine();
  const result: unknown = await BENCHES[name]!.measure(resultsOf(measured));
  const seconds = Math.round((performance.now() - start) / 1000);
  measured[name] = { at: new Date().toISOString().slice(0, 10), machine, seconds, result };
  writeFileSync(RESULTS, `${JSON.stringify(measured, undefined, 1)}\n`);
  console.log(`${BENCHES[name]!.render(result)}\n\n${name}: ${seconds} s\n`);
}
const documents = renderDocuments(measured, (document) => readFileSync(join(ROOT, document), "utf8"));
for (const [document, text] of Object.entries(documents)) writeFileSync(join(ROOT, document), text);
spawnSync("npx", ["oxfmt", ...Object.keys(documents)], { cwd: ROOT, stdio: "ignore" });

function readMeasured(): Record<string, Measured> {
  try {
    return JSON.parse(readFileSync(RESULTS, "utf8")) as Record<string, Measured>;
  } catch {
    return {};
  }
}

function describeMachine(): string {
  const { version } = JSON.parse(readFileSync(join(ROOT, "node_modules/workerd/package.json"), "utf8")) as {
    version: string;
  };
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${cpus().length} × ${cpus()[0]!.model}, ${memory} GB, Linux ${release()}, Node ${process.versions.node}, workerd ${version}, load ${loadavg()[0]!.toFixed(1)} before it began`;
}
