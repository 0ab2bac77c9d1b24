import { isDay, readPing } from "@tracker/sdk/protocol";
import { readConfig } from "../config/config.ts";
import { CSV_COLUMNS, parseCsv, RECORD_MAX_CHARS, type CsvRecord } from "./csv.ts";
import { lastClosedDay } from "./delete.ts";
import type { Env } from "../env.ts";
import { matchSite } from "../model/site.ts";
import type { StatisticRow } from "../d1/rows.ts";
import { importRows } from "../d1/write.ts";

/** A line that was left out, and why. */
export interface ImportError {
  line: number;
  code:
    | "bad_header"
    | "bad_quotes"
    | "bad_columns"
    | "bad_encoding"
    | "bad_site"
    | "bad_day"
    | "day_open"
    | "bad_name"
    | "bad_counter"
    | "twice";
  message: string;
}

/** How far an import is. */
export interface ImportProgress {
  /** Rows read without an error. */
  rows: number;
  /** Of these, how many D1 did not have like this before. */
  changed: number;
  /** Lines left out. */
  wrong: number;
}

const ROWS_AT_ONCE = 5_000;
// Only the counter's own column and a day and a label are needed; a django-tracker table has no site.
const NEEDED = ["day", "label", "counter"] as const;

/**
 * Imports a CSV: of `/api/export`, or of django-tracker's table, where `None` means empty. Columns go by the names in its first
 * line; others are left alone. Counters are set, not added, so that importing a file twice is importing it once. A wrong line
 * costs no right one.
 *
 * @param site Whose rows these are, where the file has no such column.
 */
export async function* importCsv(
  env: Env,
  file: ReadableStream<string>,
  site: string,
): AsyncGenerator<ImportError | ImportProgress> {
  const last = await lastClosedDay(env);
  const progress: ImportProgress = { rows: 0, changed: 0, wrong: 0 };
  const seen = new Set<number>();
  let columns: Map<string, number> | undefined;
  let rows: StatisticRow[] = [];
  for await (const record of parseCsv(file)) {
    if (!columns) {
      columns = readColumns(record);
      const problem = findProblem(record, columns);
      if (!problem) continue;
      progress.wrong++;
      yield { line: record.line, code: "bad_header", message: problem };
      break;
    }
    const row = readRow(env, record, columns, site, last);
    if ("code" in row) {
      progress.wrong++;
      yield row;
      continue;
    }
    const key = hashKey(row);
    if (seen.has(key)) {
      progress.wrong++;
      yield {
        line: record.line,
        code: "twice",
        message: "an earlier line has the same day, label, category and dom id",
      };
      continue;
    }
    seen.add(key);
    progress.rows++;
    rows.push(row);
    if (rows.length === ROWS_AT_ONCE) {
      progress.changed += await importRows(env.DB, rows);
      rows = [];
      yield { ...progress };
    }
  }
  if (!columns) {
    progress.wrong++;
    yield { line: 1, code: "bad_header", message: `the file is empty; ${HEADER_HINT}` };
  }
  if (rows.length > 0) progress.changed += await importRows(env.DB, rows);
  yield progress;
}

const HEADER_HINT = `the first line names the columns: ${CSV_COLUMNS.join()}`;

/** Which cell of a line is which column. */
function readColumns({ cells = [] }: CsvRecord): Map<string, number> {
  return new Map(cells.map((name, index) => [nameOf(name), index]));
}

function nameOf(cell: string): string {
  return cell
    .replace(/^\uFEFF/, "")
    .trim()
    .toLowerCase();
}

/** What is wrong with a file's first line. */
function findProblem({ cells = [] }: CsvRecord, columns: ReadonlyMap<string, number>): string | undefined {
  const missing = NEEDED.filter((name) => !columns.has(name));
  if (missing.length > 0) return `no column ${missing.join(", ")}; ${HEADER_HINT}`;
  const twice = CSV_COLUMNS.find((name) => cells.filter((cell) => nameOf(cell) === name).length > 1);
  return twice && `two columns ${twice}; ${HEADER_HINT}`;
}

function readRow(
  env: Env,
  { line, cells }: CsvRecord,
  columns: ReadonlyMap<string, number>,
  defaultSite: string,
  last: string,
): StatisticRow | ImportError {
  if (!cells) {
    const message = `a quote is not closed or not doubled, or the line is longer than ${RECORD_MAX_CHARS} characters`;
    return { line, code: "bad_quotes", message };
  }
  // Spreadsheets leave out empty cells at a line's end, or add some.
  const extra = cells.findLastIndex((cell) => cell.trim() !== "") - Math.max(...columns.values());
  if (extra > 0) {
    const message = `${extra} more than the first line has: a text with a comma stands in quotes`;
    return { line, code: "bad_columns", message };
  }
  // What the decoder of UTF-8 puts for bytes that are none.
  if (cells.some((cell) => cell.includes("\uFFFD"))) {
    return { line, code: "bad_encoding", message: "not UTF-8: save the file as CSV UTF-8" };
  }
  const cell = (name: string): string => {
    const text = cells[columns.get(name) ?? -1]?.trim() ?? "";
    return text === "None" ? "" : text;
  };
  const { sites } = readConfig(env);
  const named = cell("site") || defaultSite;
  const site = sites.length > 0 ? matchSite(sites, named) : named;
  if (site === undefined) return { line, code: "bad_site", message: `"${named}" is not one of SITES` };
  const day = cell("day");
  if (!isDay(day)) return { line, code: "bad_day", message: `"${day}" is not a day such as 2026-11-23` };
  if (day > last) return { line, code: "day_open", message: `${day} still counts; the last closed day is ${last}` };
  const ping = readPing([cell("label"), cell("category"), cell("dom_id")]);
  if (!ping.ok) return { line, code: "bad_name", message: ping.message };
  const counter = Number(cell("counter"));
  if (!/^\d+$/.test(cell("counter")) || counter < 1 || !Number.isSafeInteger(counter)) {
    return { line, code: "bad_counter", message: `"${cell("counter")}" is not a whole number from 1` };
  }
  const { label, category, domId } = ping.value;
  return { site, day, label, category, dom_id: domId, counter };
}

/** 53 bits (two 32-bit FNV-1a hashes): a million keys would take up the memory that their hashes do not. */
function hashKey({ site, day, label, category, dom_id }: StatisticRow): number {
  const text = [site, day, label, category, dom_id].join("\n");
  let [high, low] = [0x811c9dc5, 0x9dc5811c];
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    high = Math.imul(high ^ code, 0x01000193);
    low = Math.imul(low ^ (code + index), 0x85ebca6b);
  }
  return (high >>> 11) * 2 ** 32 + (low >>> 0);
}
