import Papa from "papaparse";
import type { StatisticRow } from "../d1/rows.ts";

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
  /** Absent: its quotes are wrong, or it is longer than `RECORD_MAX_CHARS`. Reading goes on at the next line. */
  cells?: string[];
}

/** Many times what a statistic can have. Who looks for the end of a quote beyond it would hold the rest of the file. */
export const RECORD_MAX_CHARS = 10_000;

/** Reads CSV as it arrives. A record may go over several lines. */
export async function* parseCsv(file: ReadableStream<string>): AsyncGenerator<CsvRecord> {
  let rest = "";
  let line = 1;
  let isSkipping = false;
  const read = function* (isLast: boolean): Generator<CsvRecord> {
    while (rest !== "") {
      if (isSkipping) {
        const end = rest.indexOf("\n");
        rest = end === -1 ? "" : rest.slice(end + 1);
        if (end === -1) return;
        isSkipping = false;
        line++;
        continue;
      }
      const { records, end, isBroken } = parseRecords(rest.slice(0, RECORD_MAX_CHARS));
      for (const cells of records) {
        if (cells.some((cell) => cell.trim() !== "")) yield { line, cells: cells.map(unescapeCell) };
        line += 1 + cells.reduce((sum, cell) => sum + (cell.split("\n").length - 1), 0);
      }
      rest = rest.slice(end);
      if (!isBroken && end > 0) continue;
      // The record may go on in what has not arrived yet.
      if (!isBroken && !isLast && rest.length < RECORD_MAX_CHARS) return;
      yield { line };
      isSkipping = true;
    }
  };
  for await (const text of file) {
    rest += text;
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

function unescapeCell(cell: string): string {
  return /^'['=+\-@\t\r]/.test(cell) ? cell.slice(1) : cell;
}
