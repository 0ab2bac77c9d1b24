/**
 * Tries the tag on pages that nobody here wrote: `npm run test:pages`, or `npm run test:pages -- agency map` for those whose name or
 * kind has one of these texts. They come from npm, and are kept in node_modules/.cache. `--engine Firefox` and `--width 390` try one of each.
 * Pictures go to a folder that it names.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { table } from "../bench/lib/report.ts";
import { ENGINES, openEngine } from "../test/real-pages/open-browser.ts";
import { PAGES } from "../test/real-pages/pages.ts";
import { tryPage } from "../test/real-pages/try-page.ts";
import { beginRun } from "../test/support/run-folder.ts";

const WIDTHS = [1280, 390];
const FIRST_BOX_MAX_MS = 60_000;
const RIGHT_MIN = 0.95;
const PICTURES = join(import.meta.dirname, "../node_modules/.cache/real-pages/pictures");

const { values, positionals } = parseArgs({
  options: { engine: { type: "string" }, width: { type: "string" } },
  allowPositionals: true,
});
const pages = PAGES.filter(
  ({ name, kind }) => positionals.length == 0 || positionals.some((text) => `${name} ${kind}`.includes(text)),
);
const engines = ENGINES.filter((engine) => (values.engine ?? engine) == engine);
const widths = WIDTHS.filter((width) => Number(values.width ?? width) == width);

beginRun();
mkdirSync(PICTURES, { recursive: true });
const rows: (string | number)[][] = [];
const failures: string[] = [];
for (const engine of engines) {
  let browser = await openEngine(engine);
  if (!browser) {
    console.log(`skipped: no ${engine} is installed (Debian: apt-get install firefox-esr)`);
    continue;
  }
  for (const page of pages) {
    if (page.missing) {
      console.log(`skipped: ${page.name}: ${page.missing}`);
      continue;
    }
    for (const width of widths) {
      const name = `${page.name}, ${engine}, ${width} px`;
      const picture = join(PICTURES, `${page.name} ${engine} ${width}.png`.replaceAll(/[^\w.]+/g, "-"));
      const outcome = await tryPage(page, browser, width, picture as `${string}.png`).catch((error: Error) => error);
      if (outcome instanceof Error) {
        console.log(`${name}: ${outcome.message}`);
        failures.push(`${name}: ${outcome.message}`);
        // A browser that has lost a page may be lost itself.
        await browser.close().catch(() => {});
        browser = (await openEngine(engine))!;
        continue;
      }
      const { clicked, counted, elements, right, firstBoxMs, problems } = outcome;
      console.log(`${name}: ${clicked} clicked, ${counted} counted, ${right} of ${elements} boxes, ${firstBoxMs} ms`);
      for (const problem of problems) console.log(`  ${problem}`);
      rows.push([
        page.name,
        page.kind,
        page.package ? "whole" : "parts",
        engine,
        width,
        clicked,
        counted,
        `${right} of ${elements}`,
        firstBoxMs,
      ]);
      if (clicked == 0) failures.push(`${name}: nothing could be clicked`);
      if (counted != clicked) failures.push(`${name}: ${clicked} clicked, ${counted} counted`);
      if (right < RIGHT_MIN * elements) failures.push(`${name}: ${right} of ${elements} boxes are right`);
      if (!(firstBoxMs < FIRST_BOX_MAX_MS)) failures.push(`${name}: no box within a minute`);
      const others = problems.filter((problem) => /^(console|with the tag|clicked)/.test(problem));
      failures.push(...others.map((problem) => `${name}: ${problem}`));
    }
  }
  await browser.close();
}
console.log(
  `\n${table(["page", "kind", "of npm's package", "engine", "px", "clicked", "counted", "boxes right", "ms to the first box"], rows)}`,
);
console.log(`\nPictures: ${PICTURES}`);
for (const failure of failures) console.error(failure);
if (failures.length > 0) process.exitCode = 1;
process.exit();
