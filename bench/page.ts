import { readFileSync } from "node:fs";
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

/** Each may stand on what those before it measured. */
export const BENCHES: Record<string, Bench<unknown>> = {
  ingest,
  waiting,
  peers,
  flush,
  read,
  cost,
  scale,
  sdk,
  heatmap,
};

/** What a benchmark measured, when and on what. */
export interface Measured {
  at: string;
  machine: string;
  seconds: number;
  result: unknown;
}

export function resultsOf(measured: Record<string, Measured>): Results {
  return Object.fromEntries(Object.entries(measured).map(([name, { result }]) => [name, result]));
}

/** docs/performance.md, from what is in bench/results.json. */
export function renderPage(measured: Record<string, Measured>): string {
  const sections = Object.entries(BENCHES)
    .filter(([name]) => measured[name])
    .map(([name, { title, render }]) => {
      const { at, machine, result } = measured[name]!;
      return `## ${title}\n\n\`npm run bench ${name}\`, ${at}, ${machine}\n\n${render(result)}\n`;
    });
  const speedUps = readFileSync(join(import.meta.dirname, "speed-ups.md"), "utf8");
  const minutes = Object.values(measured).reduce((sum, { seconds }) => sum + seconds, 0) / 60;
  return `# Performance\n\nWritten by \`npm run bench\`, whose parts took ${minutes.toFixed(1)} minutes together.\n\n${sections.join("\n")}\n${speedUps}`;
}
