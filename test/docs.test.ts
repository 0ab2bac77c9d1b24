import { execFile } from "node:child_process";
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
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
import * as heatmap from "../packages/sdk/src/heatmap.ts";
import * as browser from "../packages/sdk/src/index.ts";
import * as protocol from "../packages/sdk/src/protocol.ts";
import * as sdkLimits from "../packages/sdk/src/protocol/limits.ts";
import * as server from "../packages/sdk/src/server.ts";
import { SECRETS, SETTINGS } from "../packages/worker/src/config/settings.ts";
import { REFUSALS } from "../packages/worker/src/http/refuse.ts";

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, "..");
const PAGES = globSync(["*.md", "docs/**/*.md", "examples/**/*.md"], {
  cwd: ROOT,
  exclude: (name) => name == "node_modules",
}).toSorted();

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

function read(file: string): string {
  return readFileSync(join(ROOT, file), "utf8");
}

/** A table's rows by their first cell, without the code's backticks. */
function readTable(page: string): Map<string, string[]> {
  const rows = [...read(page).matchAll(/^\| (.*) \|$/gm)].map(([, row = ""]) =>
    row.split(/(?<!\\)\|/).map((cell) => cell.trim()),
  );
  return new Map(rows.map(([first = "", ...cells]) => [first.replaceAll("`", ""), cells]));
}

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

function readWranglerToml(): {
  vars: Record<string, string>;
  ratelimits: { name: string; simple: { limit: number } }[];
} {
  return parse(read("wrangler.toml")) as unknown as ReturnType<typeof readWranglerToml>;
}

describe("settings.md", () => {
  test("has each setting with its default and the words of the code, and no other", () => {
    const rows = [...readTable("docs/settings.md")].filter(([name]) => /^[A-Z_]+$/.test(name));
    const escape = (words: string): string => words.replaceAll("|", "\\|");
    expect(Object.fromEntries(rows), "write docs/settings.md as SETTINGS and SECRETS have it").toEqual({
      ...Object.fromEntries(
        Object.entries(SETTINGS).map(([name, setting]) => [name, [`\`"${setting.default}"\``, escape(setting.words)]]),
      ),
      ...Object.fromEntries(Object.entries(SECRETS).map(([name, { words }]) => [name, [escape(words)]])),
    });
  });

  test("and wrangler.toml have the same ones, with the same defaults", () => {
    const defaults = Object.entries(SETTINGS).map(([name, setting]) => [name, setting.default]);
    expect(readWranglerToml().vars, "write [vars] of wrangler.toml as SETTINGS has them").toEqual(
      Object.fromEntries(defaults),
    );
  });
});

describe("troubleshooting.md", () => {
  test("has every error code with its status, and no other", () => {
    const rows = [...readTable("docs/troubleshooting.md")].filter(([, [status]]) => /^\d+$/.test(status ?? ""));
    const stated = Object.fromEntries(rows.map(([code, [status]]) => [code, Number(status)]));
    expect(stated, "write docs/troubleshooting.md as REFUSALS has it").toEqual(REFUSALS);
  });

  test("has every reason for a rejected ping", () => {
    const [, union = ""] =
      /export type PingErrorCode =([^;]*);/.exec(read("packages/sdk/src/protocol/result.ts")) ?? [];
    const page = read("docs/troubleshooting.md");
    for (const [, code] of union.matchAll(/"(\w+)"/g)) expect(page, "explain it there").toContain(`\`${code}\``);
  });
});

describe("limits.md", () => {
  test("has the numbers of the code", () => {
    const rows = readTable("docs/limits.md");
    const stated = (row: string) => Number(rows.get(row)?.[0]?.replaceAll(",", "").match(/\d+/)?.[0]);
    expect({
      LABEL_MAX_CHARS: stated("label"),
      CATEGORY_MAX_CHARS: stated("category"),
      DOM_ID_MAX_CHARS: stated("DOM id"),
      PAGE_MAX_CHARS: stated("page"),
      PING_MAX_COUNT: stated("count of one ping"),
      BATCH_MAX_PINGS: stated("pings in a batch"),
      BATCH_MAX_COUNT: stated("counts in a batch, together"),
      BATCH_MAX_BYTES: stated("body of POST /track/"),
      STATS_REQUEST_MAX_BYTES: stated("body of POST /get_stats/"),
      BATCH_MAX_AGE_MS: stated("age of a batch when it arrives") * 3_600_000,
      CLOCK_AHEAD_MAX_MS: stated("how far its clock may be ahead") * 60_000,
    }).toEqual({ ...sdkLimits });
  });

  test("has the rate limits of wrangler.toml", () => {
    const [pings, logins] = readWranglerToml().ratelimits;
    const text = read("docs/limits.md").replaceAll(/\s+/g, " ");
    expect(text).toContain(`One address may send ${pings!.simple.limit.toLocaleString("en")} batches a minute`);
    expect(text).toContain(`try ${logins!.simple.limit} wrong tokens a minute`);
  });
});

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

describe("api-reference.md", () => {
  const page = read("docs/api-reference.md");
  const sectionOf = (heading: string): string => page.split(`\n## ${heading}\n`)[1]!.split("\n## ")[0]!;
  /** What stands in backticks in the first cells of a section's tables. */
  const listIn = (heading: string): string[] =>
    [...sectionOf(heading).matchAll(/^\| (`.*?`) +\|/gm)].flatMap(([, cell = ""]) =>
      [...cell.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name),
    );

  test.each([
    ["index", browser],
    ["heatmap", heatmap],
    ["server", server],
    ["protocol", protocol],
  ])("lists every export of %s", (entry, module) => {
    const source = read(`packages/sdk/src/${entry}.ts`).replaceAll(/\/\/.*/g, "");
    const types = [...source.matchAll(/export (?:type )?\{([^}]*)\}/g)].flatMap(([, names = ""]) =>
      names.split(",").map((name) => name.replace("type ", "").trim()),
    );
    const names = new Set([...Object.keys(module), ...types.filter(Boolean)]);
    const stated = listIn(`@tracker/sdk${entry == "index" ? "" : `/${entry}`}`).map((name) => name.replace(/\(.*/, ""));
    expect(stated.toSorted(), "write docs/api-reference.md as the code is").toEqual([...names].toSorted());
  });

  test("lists every attribute of the script tag", () => {
    const options = /export interface Options \{([\s\S]*?)\n\}/.exec(read("packages/sdk/src/track/options.ts"))![1]!;
    for (const [, name = ""] of options.matchAll(/^ {2}(\w+)\?: (?!\()/gm)) {
      const attribute = `data-${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
      expect(listIn("Script tag")).toContain(attribute);
    }
  });

  test("lists every route, and no other", () => {
    const routes = [...read("packages/worker/src/app.ts").matchAll(/^app\.(get|post)\("(\/[^"]*)"/gm)].map(
      ([, method = "", path = ""]) => `${method.toUpperCase()} ${path}`,
    );
    for (const [, methods = "", path = ""] of read("packages/worker/src/app.ts").matchAll(
      /^app\.on\(\[([^\]]*)\], "([^"]*)"/gm,
    )) {
      for (const [, method = ""] of methods.matchAll(/"(\w+)"/g)) routes.push(`${method} ${path}`);
    }
    for (const [, method = "", path = ""] of read("packages/worker/src/routes/api.ts").matchAll(
      /^api\.(get|post|delete)\(\s*"([^"]*)"/gm,
    )) {
      routes.push(`${method.toUpperCase()} /api${path}`);
    }
    const stated = listIn("HTTP").flatMap((name) => {
      const [methods = "", path = ""] = name.split(" ");
      return methods.split(/\\?\|/).map((method) => `${method} ${path.replace(/(?<=.)\/$/, "")}`);
    });
    expect(stated.toSorted(), "write docs/api-reference.md as the code is").toEqual(routes.toSorted());
  });

  test("lists every setting and secret", () => {
    const names = Object.keys({ ...SETTINGS, ...SECRETS });
    expect(listIn("Settings").toSorted(), "write docs/api-reference.md as the code is").toEqual(names.toSorted());
  });
});
