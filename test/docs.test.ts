import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { promisify } from "node:util";
import { parse } from "smol-toml";
import { afterAll, describe, expect, test } from "vitest";
import { experimental_getWranglerCommands } from "wrangler";
import { countAttacks, type Bill } from "../bench/bill.ts";
import { countCost } from "../bench/cost.ts";
import type { Ingest } from "../bench/ingest.ts";
import type { Counted } from "../bench/lib/day.ts";
import { renderDocuments, resultsOf, type Measured } from "../bench/page.ts";
import { PAGES, read, readWranglerToml, ROOT } from "./support/documents.ts";

const run = promisify(execFile);

const measured = JSON.parse(read("bench/results.json")) as Record<string, Measured>;

interface Block {
  page: string;
  language: string;
  code: string;
}

/** What stands in fences, without the indentation of a list around them. */
const BLOCKS: Block[] = PAGES.flatMap((page) =>
  [...read(page).matchAll(/^( *)```(\w+)\n([\s\S]*?)^\1```$/gm)].map(([, indent = "", language = "", code = ""]) => ({
    page,
    language,
    code: code.replaceAll(new RegExp(`^${indent}`, "gm"), ""),
  })),
);

describe("links", () => {
  test.each(PAGES)("of %s lead somewhere", (page) => {
    for (const [, target = ""] of read(page)
      .replaceAll(/```[\s\S]*?```/g, "")
      .matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https?:/.test(target)) continue;
      const [file = "", anchor] = target.split("#");
      const path = resolve(ROOT, dirname(page), file || relative(dirname(page), page));
      expect(existsSync(path), `${page} links to ${target}, which is not there: correct the link`).toBe(true);
      if (anchor) expect(anchorsOf(readFileSync(path, "utf8")), `${target} in ${page}`).toContain(anchor);
    }
  });

  test.each(PAGES)("%s has no half of a merge", (page) => {
    expect(read(page), "two versions met here: keep what is right of both").not.toMatch(
      /^\s*(<{7} |(> ?){7} |\\?={7}$)/m,
    );
  });

  test("the index has every page", () => {
    const index = read("docs/README.md");
    for (const page of PAGES.filter((one) => one.startsWith("docs/") && one != "docs/README.md")) {
      expect(index, `link ${page} in docs/README.md`).toContain(`(${page.slice("docs/".length)})`);
    }
  });
});

/** As GitHub makes them of headings. */
function anchorsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
      .trim()
      .replaceAll(" ", "-"),
  );
}

describe("snippets", () => {
  // Inside the project, so that @tracker/sdk is found as a reader's bundler finds it.
  const folder = join(ROOT, "dist/snippets");
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("in TypeScript have right types", async () => {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const snippets = BLOCKS.filter(({ language }) => /^tsx?$/.test(language));
    expect(snippets.length).toBeGreaterThan(0);
    for (const [index, { page, language, code }] of snippets.entries()) {
      const name = `${page.replaceAll(/\W+/g, "-")}-${index}.${language}`;
      writeFileSync(join(folder, name), `${code}\nexport {};\n`);
    }
    const compilerOptions = {
      module: "ESNext",
      moduleResolution: "Bundler",
      jsx: "react-jsx",
      lib: ["ES2024", "DOM", "DOM.Iterable"],
      types: ["node", "@cloudflare/workers-types"],
      noUnusedLocals: false,
      noUnusedParameters: false,
      noEmit: true,
    };
    const config = { extends: "../../tsconfig.base.json", compilerOptions, include: ["*"] };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
    const checked = await run("npx", ["tsc", "-p", folder]).catch((error: { stdout: string }) => error);
    expect(checked.stdout, "correct the snippets; a file is named for its page, and the number of its block").toBe("");
  });

  test("of wrangler.toml are TOML, with settings that exist", () => {
    const known = Object.keys(readWranglerToml().vars);
    for (const { page, code } of BLOCKS.filter(({ language }) => language == "toml")) {
      const names = Object.keys(parse(code)).filter((name) => name == name.toUpperCase());
      for (const name of names) expect(known, `${page} has a setting that wrangler.toml has not`).toContain(name);
    }
  });

  test("in shells call scripts, files and options that exist", () => {
    const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
    const commands = [
      ...BLOCKS.filter(({ language }) => language == "sh").flatMap(({ page, code }) =>
        code.split("\n").map((line) => ({ page, line: line.replace(/(^|\s)#.*/, "") })),
      ),
      ...PAGES.flatMap((page) =>
        [...read(page).matchAll(/`((?:npm|npx|node) [^`]+)`/g)].map(([, line = ""]) => ({ page, line })),
      ),
    ];
    for (const { page, line } of commands) {
      for (const command of line.split("&&").map((one) => one.trim())) {
        const [program, first = "", ...rest] = command.split(/\s+/);
        if (program == "npm" && !["ci", "install", "publish"].includes(first)) {
          const script = first == "run" ? (rest[0] ?? "") : first;
          expect(Object.keys(scripts), `${command} in ${page}`).toContain(script);
          const source = /node (scripts\/\S+\.ts)$/.exec(scripts[script]!)?.[1];
          for (const [option] of command.split(" -- ")[1]?.matchAll(/--[a-z-]+/g) ?? []) {
            expect(source && read(source), `${command} in ${page}`).toContain(option.slice(2));
          }
        }
        if (program == "npx" && first == "wrangler") {
          const options = optionsOfWrangler(rest);
          expect(options, `${command} in ${page}`).toBeDefined();
          for (const [, option] of command.matchAll(/ --([a-z-]+)/g)) {
            expect(options, `${command} in ${page}`).toContain(option);
          }
        }
        if (program == "node" && !first.startsWith("-")) expect(existsSync(join(ROOT, first)), command).toBe(true);
        for (const path of command.match(/(?:packages|examples|scripts|test|bench)\/[\w./-]+/g) ?? []) {
          expect(existsSync(join(ROOT, path)), `${path} in ${page}`).toBe(true);
        }
      }
    }
  });
});

/** The options of a command, which its first words name; nothing where wrangler has no such command. */
function optionsOfWrangler(words: string[]): string[] | undefined {
  const { registry, globalFlags } = experimental_getWranglerCommands();
  let node = registry.subtree.get(words[0]!);
  for (const word of words.slice(1)) node = node?.subtree.get(word) ?? node;
  const { definition } = node ?? {};
  if (definition?.type != "command") return undefined;
  const { args = {}, positionalArgs = [] } = definition;
  return Object.keys({ ...args, ...globalFlags }).filter((name) => !positionalArgs.includes(name));
}

describe("README.md", () => {
  test("states the sizes that the check enforces", () => {
    const gates = JSON.parse(read(".size-limit.json")) as { name: string; limit: string }[];
    const text = read("README.md").replaceAll(/\s+/g, " ");
    expect(text).toContain(`One tag, under ${gates.find(({ name }) => name == "tracker.js")!.limit}`);
    expect(text).toContain(`the core is under ${gates.find(({ name }) => name == "ESM core")!.limit}`);
  });

  test("is a page", () => {
    expect(read("README.md").split("\n").length).toBeLessThan(200);
  });
});

describe("what the benchmarks write", () => {
  // Tables are aligned by the formatter.
  const unpadded = (text: string): string => text.replaceAll(/[\s-]+/g, " ");

  test.each(Object.entries(renderDocuments(measured, read)))("%s is what they measured", (document, text) => {
    expect(unpadded(read(document)) == unpadded(text), "run npm run bench -- cost bill").toBe(true);
  });

  test("has the costs that follow from what was counted", () => {
    expect(measured["cost"]!.result, "run npm run bench -- cost scale").toEqual(
      countCost(resultsOf(measured) as unknown as Counted),
    );
  });

  test("has the bill that follows from the limits", () => {
    const { attacks, storedBytes } = measured["bill"]!.result as Bill;
    expect(attacks, "run npm run bench -- bill").toEqual(
      countAttacks(measured["ingest"]!.result as Ingest, storedBytes),
    );
  });
});
