import { globSync, statSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { makeBatchId } from "../../packages/sdk/src/protocol.ts";
import { buildFilter, makeHasher, SEGMENT_IDS } from "../../packages/worker/src/journal/bloom.ts";
import { GROUP_MAX } from "../../packages/worker/src/journal/limits.ts";

/** Names in a filled journal. Set MAX_LABELS_PER_DAY to as many. */
export const NAMES = 100_000;
const BATCHES_A_ROW = 20;
const SEGMENT_ROWS = SEGMENT_IDS / BATCHES_A_ROW;
// After the last full segment, where the object holds the ids themselves: as many of them as there can be, but for some rows.
const UNFINISHED_ROWS = SEGMENT_IDS / GROUP_MAX - 10;

/** What a filled journal holds. */
export interface Filled {
  /** Each of one ping. */
  batches: number;
  /** Some of their ids. */
  known: string[];
  /** What they take on the disk, each. */
  bytesPerBatch: number;
}

/**
 * Puts into the one object of a stopped Worker what it would have written itself, only quicker: at least so many batches, committed
 * between two moments, with as many names as there can be and as many ids in the unfinished segment. What it held before is gone.
 */
export function fillJournal(folder: string, atLeast: number, from: number, to: number): Filled {
  const path = globSync(join(folder, "do/tracker-DayCounter/*.sqlite")).find(
    (file) => !file.endsWith("metadata.sqlite"),
  )!;
  const database = new DatabaseSync(path);
  const { secret } = database.prepare("SELECT secret FROM state").get() as { secret: Uint8Array };
  const hash = makeHasher(secret);
  const insertRow = database.prepare("INSERT INTO journal VALUES (?, ?, ?, ?)");
  const insertName = database.prepare("INSERT INTO name VALUES (?, '', ?, 'flood', ?)");
  const insertFilter = database.prepare("INSERT INTO filter VALUES (?, ?, ?, ?, ?)");
  const known: string[] = [];
  let batches = 0;
  database.exec("BEGIN; DELETE FROM journal; DELETE FROM name; DELETE FROM filter");
  // Beyond Latin-1, so two bytes a character: what names may take in memory is then nearly taken.
  for (let name = 1; name <= NAMES; name++) insertName.run(name, `洪水的一個標籤 ${name}`, `flood-${name}`);
  const fullRows = Math.ceil(atLeast / BATCHES_A_ROW / SEGMENT_ROWS) * SEGMENT_ROWS;
  const rows = fullRows + UNFINISHED_ROWS;
  let segment: string[] = [];
  for (let row = 1; row <= rows; row++) {
    const at = from + Math.floor((row / rows) * (to - from));
    const ids = Array.from({ length: row > fullRows ? GROUP_MAX : BATCHES_A_ROW }, makeBatchId);
    const pings = ids.map((_, index) => [((batches + index) % NAMES) + 1, 1]);
    insertRow.run(row, at, ids.join(" "), JSON.stringify(pings));
    batches += ids.length;
    segment.push(...ids);
    if (row % SEGMENT_ROWS == 0) {
      const blocks = buildFilter(segment.map(hash), segment.length);
      blocks.forEach((bits, block) => insertFilter.run(block, row, row - SEGMENT_ROWS + 1, at, bits));
      known.push(segment[0]!);
      segment = [];
    }
  }
  database.exec("COMMIT");
  database.close();
  const bytes = globSync(`${path}*`).reduce((sum, file) => sum + statSync(file).size, 0);
  return { batches, known, bytesPerBatch: bytes / batches };
}
