import { globSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** What the journals of a stopped server hold. */
export interface JournalCount {
  /** Group commits. */
  rows: number;
  batches: number;
  /** Actions counted. */
  pings: number;
  /** Of the databases. */
  bytes: number;
}

/** Reads the Durable Objects' databases themselves, past all code that could be wrong in the same way. @throws when a batch is in two rows. */
export function countJournals(objects: string): JournalCount {
  const total: JournalCount = { rows: 0, batches: 0, pings: 0, bytes: 0 };
  for (const file of globSync("*.sqlite", { cwd: objects })) {
    const database = new DatabaseSync(join(objects, file));
    if (database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'journal'").get()) {
      const seen = new Set<string>();
      for (const { batches } of database.prepare("SELECT batches FROM journal").iterate() as Iterable<{
        batches: string;
      }>) {
        total.rows++;
        for (const id of batches.split(" ")) {
          if (seen.has(id)) throw new Error(`batch ${id} was counted twice`);
          seen.add(id);
        }
      }
      total.batches += seen.size;
      total.bytes += Number(
        database.prepare("SELECT page_count * page_size AS bytes FROM pragma_page_count, pragma_page_size").get()![
          "bytes"
        ],
      );
      total.pings += Number(
        database.prepare("SELECT sum(value ->> 1) AS pings FROM journal, json_each(pings)").get()!["pings"],
      );
    }
    database.close();
  }
  return total;
}
