/**
 * `npm run bench` runs every benchmark, `npm run bench -- ingest cost` some of them. What they measure is kept in
 * bench/results.json, and docs/performance.md is written from it.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg, release, totalmem } from "node:os";
import { join } from "node:path";
import { cost } from "./cost.ts";
import { flush } from "./flush.ts";
import { heatmap } from "./heatmap.ts";
import { ingest } from "./ingest.ts";
import type { Bench, Results } from "./lib/report.ts";
import { peers } from "./peers.ts";
import { read } from "./read.ts";
import { scale } from "./scale.ts";
import { sdk } from "./sdk.ts";
import { waiting } from "./waiting.ts";

const ROOT = join(import.meta.dirname, "..");
const RESULTS = join(ROOT, "bench/results.json");
const PAGE = join(ROOT, "docs/performance.md");

const BENCHES: Record<string, Bench<unknown>> = { ingest, waiting, peers, flush, read, cost, scale, sdk, heatmap };

/** What a benchmark measured, when and on what. */
interface Stored {
  at: string;
  machine: string;
  seconds: number;
  result: unknown;
}

const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(BENCHES);
const unknown = names.filter((name) => !(name in BENCHES));
if (unknown.length > 0) {
  console.error(`no benchmark ${unknown.join(", ")}; there are ${Object.keys(BENCHES).join(", ")}`);
  process.exit(1);
}

// The servers under test end with this process.
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));
process.setMaxListeners(100);

const stored = readStored();
for (const name of names) {
  console.log(`${name} …`);
  const start = performance.now();
  const machine = describeMachine();
  const result: unknown = await BENCHES[name]!.measure(resultsOf(stored));
  const seconds = Math.round((performance.now() - start) / 1000);
  stored[name] = { at: new Date().toISOString().slice(0, 10), machine, seconds, result };
  writeFileSync(RESULTS, `${JSON.stringify(stored, undefined, 1)}\n`);
  console.log(`${BENCHES[name]!.render(result)}\n\n${name}: ${seconds} s\n`);
}
writeFileSync(PAGE, renderPage(stored));

function readStored(): Record<string, Stored> {
  try {
    return JSON.parse(readFileSync(RESULTS, "utf8")) as Record<string, Stored>;
  } catch {
    return {};
  }
}

function resultsOf(stored: Record<string, Stored>): Results {
  return Object.fromEntries(Object.entries(stored).map(([name, { result }]) => [name, result]));
}

function describeMachine(): string {
  const { version } = JSON.parse(readFileSync(join(ROOT, "node_modules/workerd/package.json"), "utf8")) as {
    version: string;
  };
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${cpus().length} × ${cpus()[0]!.model}, ${memory} GB, Linux ${release()}, Node ${process.versions.node}, workerd ${version}, load ${loadavg()[0]!.toFixed(1)} before it began`;
}

function renderPage(stored: Record<string, Stored>): string {
  const sections = Object.entries(BENCHES)
    .filter(([name]) => stored[name])
    .map(([name, { title, render }]) => {
      const { at, machine, result } = stored[name]!;
      return `## ${title}\n\n\`npm run bench ${name}\`, ${at}, ${machine}\n\n${render(result)}\n`;
    });
  const speedUps = readFileSync(join(ROOT, "bench/speed-ups.md"), "utf8");
  return `# Performance\n\nWritten by \`npm run bench\`.\n\n${sections.join("\n")}\n${speedUps}`;
}
