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
  /** Absent: its quotes are wrong, or it is longer than `RECORD_MAX_CHARS`. Reading goes on at the next line. */
  cells?: string[];
}

/** Many times what a statistic can have. Who looks for the end of a quote beyond it would hold the rest of the file. */
export const RECORD_MAX_CHARS = 100_000;

/** Reads CSV as it arrives. A record may go over several lines. */
export async function* parseCsv(file: ReadableStream<string>): AsyncGenerator<CsvRecord> {
  let rest = "";
  let line = 1;
  let isSkipping = false;
  const take = function* (data: string[][]): Generator<CsvRecord> {
    for (const cells of data) {
      if (cells.some((cell) => cell.trim() !== "")) yield { line, cells: cells.map(unescapeCell) };
      line += 1 + cells.reduce((sum, cell) => sum + (cell.split("\n").length - 1), 0);
    }
  };
  const read = function* (isLast: boolean): Generator<CsvRecord> {
    while (rest !== "") {
      if (isSkipping) {
        const end = rest.indexOf("\n");
        rest = end === -1 ? "" : rest.slice(end + 1);
        if (end === -1) return;
        isSkipping = false;
        line++;
      }
      const whole = parseRecords(rest, false);
      rest = rest.slice(whole.end);
      yield* take(whole.data);
      if (!whole.isBroken && !isLast && rest.length <= RECORD_MAX_CHARS) return;
      if (!whole.isBroken && isLast) {
        const last = parseRecords(rest, true);
        if (!last.isBroken) return yield* take(last.data);
      }
      yield { line };
      isSkipping = true;
    }
  };
  for await (const text of file) {
    rest += text;
    yield* read(false);
  }
  yield* read(true);
}

// A cell in quotes, one without, or one whose quotes the text does not close; then what ends it. (Not by the library, which looks
// for the end of wrong quotes as far as there is text: a file that has them in each line would take a millisecond a line.)
const CELL = /(?:"([^"]*(?:""[^"]*)*)"[^\S\n]*|((?!")[^,\n]*)|"[^"]*(?:""[^"]*)*$)(,|\n|$)/y;

/** The records of a text up to one whose quotes are wrong; the last one, which may go on, only where it is known to end. */
function parseRecords(text: string, isLast: boolean): { data: string[][]; end: number; isBroken: boolean } {
  const data: string[][] = [];
  let cells: string[] = [];
  let end = 0;
  CELL.lastIndex = 0;
  while (end < text.length) {
    const match = CELL.exec(text);
    if (!match) return { data, end, isBroken: true };
    const [, quoted, cell = quoted?.replaceAll('""', '"'), stop] = match;
    if (stop === "" && (!isLast || cell === undefined)) return { data, end, isBroken: isLast };
    cells.push(cell!);
    if (stop === ",") continue;
    data.push(cells);
    cells = [];
    end = CELL.lastIndex;
  }
  return { data, end, isBroken: false };
}

function unescapeCell(cell: string): string {
  return /^'['=+\-@\t\r]/.test(cell) ? cell.slice(1) : cell;
}
