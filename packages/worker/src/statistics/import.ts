import type { Day } from "@tracker/sdk/protocol";
import { readConfig } from "../config/config.ts";
import { deleteRows, findDifferent, importRows, listCountedDays, readRowsAfter } from "../d1/import-rows.ts";
import type { StatisticRow } from "../d1/rows.ts";
import type { Env } from "../env.ts";
import { parseCsv } from "./csv.ts";
import { lastClosedDay } from "./delete.ts";
import {
  HEADER_HINT,
  readHeader,
  readRow,
  type Columns,
  type ImportError,
  type ImportErrorCode,
} from "./import-row.ts";
import { KeySet } from "./key-set.ts";

/** How far an import is. */
export interface ImportProgress {
  /** Rows read without an error. */
  rows: number;
  /** Of these, how many D1 did not have like this before. */
  changed: number;
  /** Lines left out. */
  wrong: number;
  /** Rows that D1 had and the file has not; only `replace` deletes them. */
  deleted: number;
}

export interface ImportOptions {
  /** Whose rows these are if the file has no column `site`. Default `""`. */
  site?: string;
  /**
   * Whether the days in the file become exactly what the file says: rows that it does not have are deleted, and days that this tracker
   * counted itself are taken too. Otherwise such days are left alone.
   */
  replace?: boolean;
}

const ROWS_AT_ONCE = 5_000;

/**
 * Imports a CSV: of `/api/export`, or of django-tracker's table. Columns go by the names in its first line; others are left alone.
 * Counters are set, not added, so importing a file twice is importing it once. A wrong line costs no right one. A day that is left
 * alone is told once, at its first line.
 */
export async function* importCsv(
  env: Env,
  file: ReadableStream<Uint8Array>,
  { site = "", replace = false }: ImportOptions = {},
): AsyncGenerator<ImportError | ImportProgress> {
  const { sites } = readConfig(env);
  const last = await lastClosedDay(env);
  const countedDays = new Set(replace ? [] : await listCountedDays(env.DB));
  const progress: ImportProgress = { rows: 0, changed: 0, wrong: 0, deleted: 0 };
  const seen = new KeySet();
  const days = new Map<string, Set<Day>>();
  const skipped = new Set<Day>();
  /** Whether every line of the days that are taken could be read. */
  let isComplete = true;
  let columns: Columns | undefined;
  let chunk: (StatisticRow & { line: number })[] = [];

  function* skipDay(line: number, day: Day, code: ImportErrorCode, why: string): Generator<ImportError> {
    progress.wrong++;
    if (skipped.has(day)) return;
    skipped.add(day);
    yield { line, code, message: `${day} ${why}` };
  }

  async function* flush(): AsyncGenerator<ImportError> {
    const counted = chunk.filter(({ day }) => countedDays.has(day));
    const different = counted.length > 0 ? await findDifferent(env.DB, counted) : [];
    for (const { line, day } of different.toSorted((a, b) => a - b).map((position) => counted[position]!)) {
      progress.rows--;
      yield* skipDay(line, day, "day_counted", COUNTED_HERE);
    }
    const rows = chunk.filter(({ day }) => !countedDays.has(day));
    if (rows.length > 0) progress.changed += await importRows(env.DB, rows);
    chunk = [];
  }

  for await (const record of parseCsv(file)) {
    if (!columns) {
      const header = readHeader(record);
      if (typeof header == "string") {
        progress.wrong++;
        yield { line: record.line, code: "bad_header", message: header };
        yield progress;
        return;
      }
      columns = header;
      continue;
    }
    const { line } = record;
    const row = readRow(record, columns, sites, site);
    if ("code" in row) {
      isComplete = false;
      progress.wrong++;
      yield row;
    } else if (row.day > last) {
      yield* skipDay(line, row.day, "day_open", `still counts; the last closed day is ${last}`);
    } else if (!seen.add(keyOf(row))) {
      progress.wrong++;
      yield { line, code: "twice", message: "an earlier line has the same day, label, category, dom id and page" };
    } else {
      progress.rows++;
      chunk.push({ ...row, line });
      days.set(row.site, (days.get(row.site) ?? new Set()).add(row.day));
    }
    if (chunk.length === ROWS_AT_ONCE) {
      yield* flush();
      yield { ...progress };
    }
  }
  if (!columns) {
    progress.wrong++;
    yield { line: 1, code: "bad_header", message: `the file is empty; ${HEADER_HINT}` };
  }
  yield* flush();
  // A line that could not be read may be one of the rows that would be deleted.
  if (replace && isComplete) {
    for (const [one, its] of days) progress.deleted += await deleteOthers(env.DB, one, its, seen);
  }
  yield progress;
}

const COUNTED_HERE = "was counted by this tracker itself; an import with replace overwrites it";

/** Deletes a site's rows on these days that were not seen. Returns how many. */
async function deleteOthers(db: D1Database, site: string, days: Set<Day>, seen: KeySet): Promise<number> {
  const sorted = [...days].toSorted();
  const range = { from: sorted[0]!, to: sorted.at(-1)! };
  let deleted = 0;
  for (const hasPages of [false, true]) {
    let rows: StatisticRow[] = [];
    do {
      rows = await readRowsAfter(db, site, range, hasPages, rows.at(-1), ROWS_AT_ONCE);
      const others = rows.filter((row) => days.has(row.day) && !seen.has(keyOf(row)));
      if (others.length > 0) deleted += await deleteRows(db, others);
    } while (rows.length === ROWS_AT_ONCE);
  }
  return deleted;
}

/** No part holds a control character, so a newline keeps them apart. */
function keyOf({ site, day, label, category, dom_id: domId, page = "" }: StatisticRow): string {
  return [site, day, label, category, domId, page].join("\n");
}
