import Papa from "papaparse";
import type { StatisticRow } from "../d1/rows.ts";

/** The columns of an exported file, in their order. */
export const CSV_COLUMNS = ["site", "day", "label", "category", "dom_id", "counter"] as const;
/** The columns of one that has each page's counts, too. */
export const PAGE_CSV_COLUMNS = [...CSV_COLUMNS, "page"] as const;

// A spreadsheet runs a cell that begins with one of these, some also full-width. A cell begins at its field's beginning, and where the
// computer's language separates by semicolons, as most of Europe's do, after each of those. Spaces and quotes may stand before.
// Apostrophes count among them, so that each place gets one more, and reading the file back gives the same text.
// https://owasp.org/www-community/attacks/CSV_Injection
const FORMULA = /(^|;)(?=[\s'"]*[=+\-@＝＋－＠])/g;
const ESCAPED_FORMULA = /(^|;)'(?=[\s'"]*[=+\-@＝＋－＠])/g;

/** Rows as CSV lines, safe to open in a spreadsheet. */
export function formatCsv(
  rows: readonly StatisticRow[],
  columns: readonly (keyof StatisticRow)[] = CSV_COLUMNS,
): string {
  return formatLines(rows.map((row) => columns.map((column) => row[column] ?? "")));
}

/** Cells as CSV lines; numbers stay, texts are made safe to open in a spreadsheet. */
export function formatLines(lines: readonly (readonly (string | number)[])[]): string {
  const safe = lines.map((cells) =>
    cells.map((cell) => (typeof cell === "number" ? cell : cell.replaceAll(FORMULA, "$1'"))),
  );
  return lines.length > 0 ? `${Papa.unparse(safe, { newline: "\n" })}\n` : "";
}

export interface CsvRecord {
  /** The file's line that it begins on, from 1. */
  line: number;
  cells: string[];
  /**
   * Why its cells cannot be used; reading goes on at the next line. `quotes`: they are wrong, or the record is longer than
   * `RECORD_MAX_BYTES`. `encoding`: it is not UTF-8.
   */
  problem?: "quotes" | "encoding";
}

/** Many times what a statistic can have. Without a limit, a quote that is never closed would hold the rest of the file. */
export const RECORD_MAX_BYTES = 10_000;

const BYTE_ORDER_MARK = "\xEF\xBB\xBF";
const NOT_ASCII = /[\x80-\xFF]/;
const CHUNK_BYTES = 8_192;

/**
 * Reads CSV as it arrives. A record may go over several lines.
 *
 * Text is one character a byte until a record is whole. Each cell is decoded for itself, so a wrong one costs its own line only.
 */
export async function* parseCsv(file: ReadableStream<Uint8Array>): AsyncGenerator<CsvRecord> {
  let rest = "";
  let line = 1;
  let isStart = true;
  let isSkipping = false;
  const read = function* (isLast: boolean): Generator<CsvRecord> {
    if (isStart && rest.length < BYTE_ORDER_MARK.length && !isLast) return;
    if (isStart && rest.startsWith(BYTE_ORDER_MARK)) rest = rest.slice(BYTE_ORDER_MARK.length);
    isStart = false;
    while (rest !== "") {
      if (isSkipping) {
        const end = rest.indexOf("\n");
        rest = end === -1 ? "" : rest.slice(end + 1);
        if (end === -1) return;
        isSkipping = false;
        line++;
        continue;
      }
      const { records, end, isBroken } = parseRecords(rest.slice(0, RECORD_MAX_BYTES));
      for (const cells of records) {
        if (cells.some((cell) => cell.trim() !== "")) yield decodeRecord(line, cells);
        line += 1 + cells.reduce((sum, cell) => sum + (cell.split("\n").length - 1), 0);
      }
      rest = rest.slice(end);
      if (!isBroken && end > 0) continue;
      // The record may go on in what has not arrived yet.
      if (!isBroken && !isLast && rest.length < RECORD_MAX_BYTES) return;
      yield { line, cells: [], problem: "quotes" };
      isSkipping = true;
    }
  };
  for await (const bytes of file) {
    for (let from = 0; from < bytes.length; from += CHUNK_BYTES) {
      rest += String.fromCharCode(...bytes.subarray(from, from + CHUNK_BYTES));
    }
    yield* read(false);
  }
  rest += "\n";
  yield* read(true);
}

/** The records of a text that are whole, up to one whose quotes are wrong. */
function parseRecords(text: string): { records: string[][]; end: number; isBroken: boolean } {
  const records: string[][] = [];
  let end = 0;
  let isBroken = false;
  const parser = new Papa.Parser({
    delimiter: ",",
    quoteChar: '"',
    step: (record: Papa.ParseResult<string[]>) => {
      isBroken = record.errors.length > 0;
      if (isBroken) return parser.abort();
      records.push(...record.data);
      end = record.meta.cursor;
    },
  });
  parser.parse(text, 0, true);
  return { records, end, isBroken };
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });

function decodeRecord(line: number, cells: string[]): CsvRecord {
  try {
    return { line, cells: cells.map((cell) => (NOT_ASCII.test(cell) ? decodeCell(cell) : cell)) };
  } catch {
    return { line, cells, problem: "encoding" };
  }
}

function decodeCell(cell: string): string {
  return decoder.decode(Uint8Array.from(cell, (byte) => byte.charCodeAt(0)));
}

/** Takes away the apostrophes that {@link formatCsv} put before what a spreadsheet would take for a formula. */
export function unescapeCell(cell: string): string {
  return cell.replaceAll(ESCAPED_FORMULA, "$1");
}
