import type { Day } from "@tracker/sdk/protocol";
import { env } from "cloudflare:workers";
import { selectRows } from "../../src/d1/rows.ts";
import { selectSums } from "../../src/d1/sums.ts";
import type { Env } from "../../src/env.ts";
import type { OpenObject } from "../../src/model/counts.ts";
import { queryExactly, readExactly } from "../../src/statistics/read.ts";
import { interceptBatches } from "./intercept-batches.ts";
import { sumByName, type Sum } from "./sums.ts";

interface Row {
  day: string;
  label: string;
  counter: number;
}

interface PageRow extends Row {
  page: string;
}

/** Each label's counter, as heat maps read it; `onAnswer` is called each time that D1 has answered. */
export async function readLabels(
  version: Env,
  site: string,
  onAnswer: () => Promise<void>,
): Promise<Map<string, number>> {
  const readD1 = async () => {
    const [rows, objects] = await env.DB.batch([
      env.DB.prepare("SELECT label AS name, counter FROM statistic WHERE site = ?").bind(site),
      env.DB.prepare("SELECT source, object, day, watermark FROM flush WHERE closed_at IS NULL"),
    ]);
    await onAnswer();
    return { rows: rows!.results as unknown as Sum[], open: objects!.results as unknown as OpenObject[] };
  };
  const { rows, tail } = await readExactly(version, site, () => true, readD1);
  return sumByName([...rows, ...tail.map(([, name, , , counter]) => ({ name, counter }))]);
}

/** All of these days, as the dashboard reads; `onAnswer` is called each time that D1 has answered. */
export async function queryAll(
  version: Env,
  site: string,
  days: Day[],
  onAnswer: () => Promise<void>,
): Promise<Record<"rows" | "days" | "labels" | "pages" | "pageRows", Map<string, number>>> {
  const limit = 1_000;
  const DB = interceptBatches(async (statements) => {
    const results = await env.DB.batch(statements);
    await onAnswer();
    return results;
  });
  const { results } = await queryExactly<Row>(
    { ...version, DB },
    { site, from: days[0]!, to: days.at(-1)! },
    (known) => [
      selectRows(env.DB, known, {}, { order: ["day", "desc"], limit }),
      selectSums(env.DB, known, {}, ["day"], { order: ["day", "asc"], limit }),
      selectSums(env.DB, known, {}, ["label"], { order: ["label", "asc"], limit }),
      selectSums(env.DB, known, { page: true }, ["page"], { order: ["page", "asc"], limit }),
      selectRows(env.DB, known, { page: true }, { order: ["day", "desc"], limit }),
    ],
  );
  const [rows, byDay, byLabel, byPage, ofPages] = results as [Row[], Row[], Row[], PageRow[], PageRow[]];
  return {
    rows: sumByName(rows.map(({ day, label, counter }) => ({ name: `${day} ${label}`, counter }))),
    days: sumByName(byDay.map(({ day, counter }) => ({ name: day, counter }))),
    labels: sumByName(byLabel.map(({ label, counter }) => ({ name: label, counter }))),
    pages: sumByName(byPage.map(({ page, counter }) => ({ name: page, counter }))),
    pageRows: sumByName(ofPages.map(({ day, label, page, counter }) => ({ name: `${day} ${label} ${page}`, counter }))),
  };
}

/** What D1 has, by `day label`. */
export async function readStatistic(site: string): Promise<Map<string, number>> {
  const { results } = await env.DB.prepare("SELECT day || ' ' || label AS name, counter FROM statistic WHERE site = ?")
    .bind(site)
    .all<Sum>();
  return sumByName(results);
}

/** Of it, each page's part, by `day label page`. */
export async function readPageStatistic(site: string): Promise<Map<string, number>> {
  const { results } = await env.DB.prepare(
    "SELECT day || ' ' || label || ' ' || page AS name, counter FROM page_statistic WHERE site = ?",
  )
    .bind(site)
    .all<Sum>();
  return sumByName(results);
}
