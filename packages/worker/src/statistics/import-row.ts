import { isDay, isPage, readPing } from "@tracker/sdk/protocol";
import type { StatisticRow } from "../d1/rows.ts";
import { matchSite } from "../model/site.ts";
import { PAGE_CSV_COLUMNS, RECORD_MAX_BYTES, unescapeCell, type CsvRecord } from "./csv.ts";

/** Why a line was left out. */
export type ImportErrorCode =
  | "bad_header"
  | "bad_quotes"
  | "bad_columns"
  | "bad_encoding"
  | "bad_site"
  | "bad_day"
  | "day_open"
  | "day_counted"
  | "bad_name"
  | "bad_page"
  | "bad_counter"
  | "twice";

/** A line that was left out. */
export interface ImportError {
  line: number;
  code: ImportErrorCode;
  message: string;
}

/** Which cell of a line is which column. */
export type Columns = ReadonlyMap<string, number>;

const NEEDED = ["day", "label", "counter"] as const;

/** What to put on a file's first line. */
export const HEADER_HINT: string = `the first line names the columns: ${PAGE_CSV_COLUMNS.join()}`;

/** Reads a file's first line: which cell is which column, or what is wrong with it. */
export function readHeader({ cells }: CsvRecord): Columns | string {
  const columns = new Map(cells.map((name, index) => [nameOf(name), index]));
  const missing = NEEDED.filter((name) => !columns.has(name));
  if (missing.length > 0) return `no column ${missing.join(", ")}; ${HEADER_HINT}`;
  const twice = PAGE_CSV_COLUMNS.find((name) => cells.filter((cell) => nameOf(cell) === name).length > 1);
  return twice ? `two columns ${twice}; ${HEADER_HINT}` : columns;
}

function nameOf(cell: string): string {
  return cell.trim().toLowerCase();
}

/**
 * Reads a line. A file with a column `site` is taken for one of our exports; in any other, as in django-tracker's, `None` means empty.
 *
 * @param defaultSite Whose row it is if the file does not say so.
 */
export function readRow(
  { line, cells, problem }: CsvRecord,
  columns: Columns,
  sites: readonly string[],
  defaultSite: string,
): StatisticRow | ImportError {
  const fail = (code: ImportErrorCode, message: string): ImportError => ({ line, code, message });
  if (problem === "encoding") return fail("bad_encoding", "not UTF-8: save the file as CSV UTF-8");
  if (problem === "quotes") {
    return fail(
      "bad_quotes",
      `a quote is not closed or not doubled, or the line is longer than ${RECORD_MAX_BYTES} bytes`,
    );
  }
  // Spreadsheets leave out empty cells at a line's end, or add some.
  const extra = cells.findLastIndex((cell) => cell.trim() !== "") - Math.max(...columns.values());
  if (extra > 0) {
    return fail("bad_columns", `${extra} more than the first line has: put text with a comma in quotes`);
  }
  const isExport = columns.has("site");
  const cell = (name: string): string => {
    const text = cells[columns.get(name) ?? -1]?.trim() ?? "";
    if (isExport) return unescapeCell(text);
    return text === "None" ? "" : text;
  };
  const named = cell("site") || defaultSite;
  const site = sites.length > 0 ? matchSite(sites, named) : named;
  if (site === undefined) return fail("bad_site", `"${named}" is not one of SITES`);
  const day = cell("day");
  if (!isDay(day)) return fail("bad_day", `"${day}" is not a day such as 2026-11-23`);
  const ping = readPing([cell("label"), cell("category"), cell("dom_id")]);
  if (!ping.ok) return fail("bad_name", ping.message);
  const page = cell("page");
  if (page !== "" && !isPage(page)) return fail("bad_page", "page is not a path of 1 to 250 characters");
  const counter = Number(cell("counter"));
  if (!/^\d+$/.test(cell("counter")) || counter < 1 || !Number.isSafeInteger(counter)) {
    return fail("bad_counter", `"${cell("counter")}" is not a whole number from 1`);
  }
  const { label, category, domId } = ping.value;
  return { site, day, label, category, dom_id: domId, ...(page && { page }), counter };
}
