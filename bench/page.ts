import { readFileSync } from "node:fs";
import { join } from "node:path";
import { replaceSection } from "../scripts/section.ts";
import { bill } from "./bill.ts";
import { cost, summarize } from "./cost.ts";
import { flush } from "./flush.ts";
import { heatmap } from "./heatmap.ts";
import { ingest } from "./ingest.ts";
import { interactions } from "./interactions.ts";
import type { Bench, Results } from "./lib/report.ts";
import { peers } from "./peers.ts";
import { read } from "./read.ts";
import { scale } from "./scale.ts";
import { sdk } from "./sdk.ts";
import { sizes } from "./sizes.ts";
import { visits } from "./visits.ts";
import { waiting } from "./waiting.ts";

/** Each may stand on what those before it measured. */
export const BENCHES: Record<string, Bench<unknown>> = {
  ingest,
  waiting,
  peers,
  flush,
  read,
  visits,
  cost,
  bill,
  scale,
  sizes,
  sdk,
  interactions,
  heatmap,
};

/** What documents say by a benchmark, between marks of its name: `<!-- cost -->` and `<!-- /cost -->`. */
const SECTIONS: Record<string, { name: string; render(result: never): string }> = {
  "README.md": { name: "cost", render: summarize },
  "SECURITY.md": { name: "bill", render: bill.render },
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

/**
 * The documents that the benchmarks write, by their paths: docs/performance.md whole, of the others a section.
 *
 * @param read A document as it is.
 */
export function renderDocuments(
  measured: Record<string, Measured>,
  read: (document: string) => string,
): Record<string, string> {
  const documents = { "docs/performance.md": renderPage(measured) } as Record<string, string>;
  for (const [document, { name, render }] of Object.entries(SECTIONS)) {
    documents[document] = replaceSection(read(document), name, render(measured[name]!.result as never));
  }
  return documents;
}

/** docs/performance.md, from what is in bench/results.json. */
function renderPage(measured: Record<string, Measured>): string {
  const elsewhere = new Set<Bench<unknown>>([bill]);
  const sections = Object.entries(BENCHES)
    .filter(([name, bench]) => measured[name] && !elsewhere.has(bench))
    .map(([name, { title, render }]) => {
      const { at, machine, result } = measured[name]!;
      return `## ${title}\n\n\`npm run bench ${name}\`, ${at}, ${machine}\n\n${render(result)}\n`;
    });
  const speedUps = readFileSync(join(import.meta.dirname, "speed-ups.md"), "utf8");
  const minutes = Object.values(measured).reduce((sum, { seconds }) => sum + seconds, 0) / 60;
  return `# Performance\n\nWritten by \`npm run bench\`, whose parts took ${minutes.toFixed(1)} minutes together.\n\n${sections.join("\n")}\n${speedUps}`;
}
