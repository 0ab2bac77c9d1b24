import { globSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** D1's counters as they are on the disk, by `day label:category:domId`. */
export function readCounters(folder: string): Map<string, number> {
  const rows = selectFrom<{ key: string; counter: number }>(
    folder,
    "statistic",
    "SELECT day || ' ' || label || ':' || category || ':' || dom_id AS key, counter FROM statistic",
  );
  return new Map(rows.map(({ key, counter }) => [key, counter]));
}

/** Each page's part of them, by `page day label:category:domId`. */
export function readPageCounters(folder: string): Map<string, number> {
  const rows = selectFrom<{ key: string; counter: number }>(
    folder,
    "page_statistic",
    "SELECT page || ' ' || day || ' ' || label || ':' || category || ':' || dom_id AS key, counter FROM page_statistic",
  );
  return new Map(rows.map(({ key, counter }) => [key, counter]));
}

/** The rows of all databases in the folder that have the table. */
export function selectFrom<Row>(folder: string, table: string, query: string): Row[] {
  return forEach(folder, table, (database) => database.prepare(query).all() as Row[]);
}

/** Changes the databases in the folder that have the table. */
export function change(folder: string, table: string, statement: string): void {
  forEach(folder, table, (database) => [database.exec(statement)]);
}

function forEach<Row>(folder: string, table: string, use: (database: DatabaseSync) => Row[]): Row[] {
  return globSync(join(folder, "**/*.sqlite")).flatMap((file) => {
    const database = new DatabaseSync(file);
    try {
      const isThere = database.prepare("SELECT 1 FROM sqlite_master WHERE name = ?").get(table);
      return isThere ? use(database) : [];
    } finally {
      database.close();
    }
  });
}
