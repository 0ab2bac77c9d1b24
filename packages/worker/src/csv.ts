import Papa from "papaparse";
import type { StatisticRow } from "./statistic/rows.ts";

/** The columns of an exported file, in their order. */
export const CSV_COLUMNS = ["site", "day", "label", "category", "dom_id", "counter"] as const;

// A spreadsheet takes a cell that begins so for a formula: such a cell gets an apostrophe, and so does one that has it already,
// so that reading the file back gives the same text. https://owasp.org/www-community/attacks/CSV_Injection
const FORMULA = /^['=+\-@\t\r]/;

/** Rows as CSV lines, safe to open in a spreadsheet. */
export function formatCsv(rows: readonly StatisticRow[]): string {
  const options = { columns: [...CSV_COLUMNS], header: false, newline: "\n", escapeFormulae: FORMULA };
  return rows.length > 0 ? `${Papa.unparse([...rows], options)}\n` : "";
}

export interface CsvRecord {
  /** The file's line that it begins on, from 1. */
  line: number;
  cells: string[];
}

/** Reads CSV as it arrives. A record may go over several lines. */
export async function* parseCsv(file: ReadableStream<string>): AsyncGenerator<CsvRecord> {
  let rest = "";
  let line = 1;
  const read = function* (isLast: boolean): Generator<CsvRecord> {
    const { data, meta } = new Papa.Parser({ delimiter: ",", quoteChar: '"' }).parse(rest, 0, !isLast) as {
      data: string[][];
      meta: { cursor: number };
    };
    rest = isLast ? "" : rest.slice(meta.cursor);
    for (const cells of data) {
      if (cells.length > 1 || cells[0]) yield { line, cells: cells.map(unescapeCell) };
      line += 1 + cells.reduce((sum, cell) => sum + (cell.split("\n").length - 1), 0);
    }
  };
  for await (const text of file) {
    rest += text;
    yield* read(false);
  }
  if (rest) yield* read(true);
}

function unescapeCell(cell: string): string {
  return /^'['=+\-@\t\r]/.test(cell) ? cell.slice(1) : cell;
}
