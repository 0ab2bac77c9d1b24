import { describe, expect, test } from "vitest";
import * as heatmap from "../packages/sdk/src/heatmap.ts";
import * as browser from "../packages/sdk/src/index.ts";
import * as protocol from "../packages/sdk/src/protocol.ts";
import * as sdkLimits from "../packages/sdk/src/protocol/limits.ts";
import { PING_ERROR_CODES } from "../packages/sdk/src/protocol/result.ts";
import * as server from "../packages/sdk/src/server.ts";
import { SECRETS, SETTINGS } from "../packages/worker/src/config/settings.ts";
import { RATE_LIMITS } from "../packages/worker/src/config/rate-limits.ts";
import { ACCESS } from "../packages/worker/src/http/guards/route-access.ts";
import { REFUSALS } from "../packages/worker/src/http/refuse.ts";
import { read, readWranglerToml } from "./support/documents.ts";

/** A table's rows by their first cell, without the code's backticks. */
function readTable(page: string): Map<string, string[]> {
  const rows = [...read(page).matchAll(/^\| (.*) \|$/gm)].map(([, row = ""]) =>
    row.split(/(?<!\\)\|/).map((cell) => cell.trim()),
  );
  return new Map(rows.map(([first = "", ...cells]) => [first.replaceAll("`", ""), cells]));
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
    const page = read("docs/troubleshooting.md");
    for (const code of PING_ERROR_CODES) expect(page, "explain it there").toContain(`\`${code}\``);
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
    const policyOf = ({ simple }: { simple: { limit: number; period: number } }) => ({
      quota: simple.limit,
      windowSeconds: simple.period,
    });
    const [ofPings, ofLogins] = [policyOf(pings!), policyOf(logins!)];
    expect(RATE_LIMITS, "the headers say what wrangler.toml says").toEqual({
      ping: ofPings,
      read: ofPings,
      guess: ofLogins,
    });
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
    const routes = Object.keys(ACCESS).filter((route) => !/^\w+ \/dashboard\b/.test(route));
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
