/**
 * All SQL of the Durable Object. Its tables:
 *
 *     state      one row: who this object is, how many shards its day has, and whether D1 knows of it
 *     name       each distinct (site, label, category, dom_id) once, and once more for each page that it is counted on
 *     name_page  the page of a name that has one: in a table of its own the version before can go on, and its objects too
 *     journal    append only; a row is one group commit: the batch ids in it and their summed increments by name id
 *     filter     what older journal rows' batch ids look like: Bloom filters, see batch-ids.ts
 */

import { BLOCKS, SECRET_BYTES } from "./bloom.ts";

export interface State {
  /** Random; made with the first row, so that an object re-created under the same name is never mistaken for the old one. */
  source: string;
  /** Random, and never leaves the object: keys the hash of batch ids. */
  secret: Uint8Array;
  /** `<day>/<shard>`. */
  object: string;
  /** How many shards the day has, since its first batch. */
  shards: number;
  /** When the alarm closes the object, ms since epoch. */
  closesAt: number;
  announced: boolean;
}

export interface Name {
  id: number;
  site: string;
  label: string;
  category: string;
  domId: string;
  /** `""` where there is none. */
  page: string;
}

/** One group commit as it is stored. */
export interface JournalRow {
  id: number;
  /** When it was committed, ms since epoch. */
  at: number;
  batches: string[];
  pings: [nameId: number, count: number][];
}

/** The Bloom filter over the ids of the rows `first … segment`. */
export interface SegmentFilter {
  first: number;
  segment: number;
  /** The latest commit time in the segment, ms since epoch. */
  until: number;
  blocks: readonly Uint8Array[];
}

/** One block of such a filter. */
export interface FilterBlock {
  first: number;
  segment: number;
  /** The latest commit time in the segment, ms since epoch. */
  until: number;
  bits: Uint8Array;
}

const FILTER = `CREATE TABLE filter (
  block INTEGER, segment INTEGER, first INTEGER, until INTEGER, bits BLOB, PRIMARY KEY (block, segment)
) STRICT, WITHOUT ROWID`;
const NAME_PAGE = "CREATE TABLE IF NOT EXISTS name_page (id INTEGER PRIMARY KEY, page TEXT) STRICT";

export class Journal {
  readonly #storage: DurableObjectStorage;
  readonly #sql: SqlStorage;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
    this.#sql = storage.sql;
  }

  /**
   * Nothing where no ping was ever counted: asking an object must not make it.
   *
   * @param shards How many the day has, where an older version did not store it.
   */
  readState(shards: number): State | undefined {
    if (this.#sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'state'").toArray().length == 0) return undefined;
    if (this.#sql.exec("SELECT 1 FROM pragma_table_info('state') WHERE name = 'secret'").toArray().length == 0) {
      this.#upgrade(shards);
    }
    this.#sql.exec(NAME_PAGE);
    const row = this.#sql
      .exec<{
        source: string;
        secret: ArrayBuffer;
        object: string;
        shards: number;
        closes_at: number;
        announced: number;
      }>("SELECT * FROM state")
      .one();
    return {
      source: row.source,
      secret: new Uint8Array(row.secret),
      object: row.object,
      shards: row.shards,
      closesAt: row.closes_at,
      announced: row.announced == 1,
    };
  }

  create({ source, secret, object, shards, closesAt }: State): void {
    this.#storage.transactionSync(() => {
      this.#sql.exec(`
        CREATE TABLE state (source TEXT, secret BLOB, object TEXT, shards INTEGER, closes_at INTEGER, announced INTEGER) STRICT;
        CREATE TABLE name (id INTEGER PRIMARY KEY, site TEXT, label TEXT, category TEXT, dom_id TEXT) STRICT;
        CREATE TABLE journal (id INTEGER PRIMARY KEY, at INTEGER, batches TEXT, pings TEXT) STRICT;
        ${FILTER};
      `);
      this.#sql.exec(NAME_PAGE);
      this.#sql.exec("INSERT INTO state VALUES (?, ?, ?, ?, ?, 0)", source, secret, object, shards, closesAt);
    });
  }

  /** Filters were made by another hash: without them BatchIds holds all ids of the journal exactly, and makes new ones. */
  #upgrade(shards: number): void {
    this.#storage.transactionSync(() => {
      this.#sql.exec(`
        ALTER TABLE state ADD COLUMN secret BLOB;
        ALTER TABLE state ADD COLUMN shards INTEGER;
        DROP TABLE filter;
        ${FILTER};
      `);
      const secret = crypto.getRandomValues(new Uint8Array(SECRET_BYTES));
      this.#sql.exec("UPDATE state SET secret = ?, shards = ?", secret, shards);
    });
  }

  markAnnounced(): void {
    this.#sql.exec("UPDATE state SET announced = 1");
  }

  *names(): Generator<Name> {
    yield* this.#sql.exec<Name & Record<string, SqlStorageValue>>(
      `SELECT id, site, label, category, dom_id AS domId, coalesce(page, '') AS page
       FROM name LEFT JOIN name_page USING (id) ORDER BY id`,
    );
  }

  /** Appends one group commit with the names it needs. Its caller makes a transaction of it where that is more than one statement. */
  append(row: JournalRow, names: readonly Name[]): void {
    for (const { id, site, label, category, domId, page } of names) {
      this.#sql.exec("INSERT INTO name VALUES (?, ?, ?, ?, ?)", id, site, label, category, domId);
      if (page) this.#sql.exec("INSERT INTO name_page VALUES (?, ?)", id, page);
    }
    const { id, at, batches, pings } = row;
    this.#sql.exec("INSERT INTO journal VALUES (?, ?, ?, ?)", id, at, batches.join(" "), JSON.stringify(pings));
  }

  lastRow(): number {
    return this.#sql.exec<{ id: number }>("SELECT coalesce(max(id), 0) AS id FROM journal").one().id;
  }

  /** When the first row after the watermark was committed; nothing where there is none. */
  committedAfter(id: number): number | undefined {
    return this.#sql.exec<{ at: number }>("SELECT at FROM journal WHERE id > ? ORDER BY id LIMIT 1", id).toArray()[0]
      ?.at;
  }

  *pingsAfter(id: number, maxRows: number): Generator<Pick<JournalRow, "id" | "at" | "pings">> {
    for (const row of this.#sql.exec<{ id: number; at: number; pings: string }>(
      "SELECT id, at, pings FROM journal WHERE id > ? ORDER BY id LIMIT ?",
      id,
      maxRows,
    )) {
      yield { id: row.id, at: row.at, pings: JSON.parse(row.pings) as JournalRow["pings"] };
    }
  }

  /** The newest rows first, read as the caller iterates. */
  *latestRows(maxRows: number): Generator<Pick<JournalRow, "at" | "pings">> {
    for (const row of this.#sql.exec<{ at: number; pings: string }>(
      "SELECT at, pings FROM journal ORDER BY id DESC LIMIT ?",
      maxRows,
    )) {
      yield { at: row.at, pings: JSON.parse(row.pings) as JournalRow["pings"] };
    }
  }

  *batchesAfter(id: number): Generator<Pick<JournalRow, "id" | "at" | "batches">> {
    for (const row of this.#sql.exec<{ id: number; at: number; batches: string }>(
      "SELECT id, at, batches FROM journal WHERE id > ? ORDER BY id",
      id,
    )) {
      yield { id: row.id, at: row.at, batches: row.batches.split(" ") };
    }
  }

  /** Whether a row from `first` to `last` holds the batch: reads each of them. */
  hasBatch(batch: string, first: number, last: number): boolean {
    return (
      this.#sql
        .exec("SELECT 1 FROM journal WHERE id BETWEEN ? AND ? AND instr(batches, ?) LIMIT 1", first, last, batch)
        .toArray().length > 0
    );
  }

  /** The newest segment that has a filter; nothing where there is none. */
  lastSegment(): { segment: number; until: number } | undefined {
    return this.#sql
      .exec<{ segment: number; until: number }>(
        "SELECT segment, until FROM filter WHERE block = 0 ORDER BY segment DESC LIMIT 1",
      )
      .toArray()[0];
  }

  saveFilter({ first, segment, until, blocks }: SegmentFilter): void {
    blocks.forEach((bits, block) => {
      this.#sql.exec("INSERT INTO filter VALUES (?, ?, ?, ?, ?)", block, segment, first, until, bits);
    });
  }

  /** The filter of a segment, which has one. */
  filterOf(segment: number): SegmentFilter {
    const all = JSON.stringify(Array.from({ length: BLOCKS }, (_, block) => block));
    const blocks = [
      ...this.#readBlocks(
        `SELECT segment, first, until, bits FROM filter
         WHERE block IN (SELECT value FROM json_each(?)) AND segment = ? ORDER BY block`,
        all,
        segment,
      ),
    ];
    const { first, until } = blocks[0]!;
    return { first, segment, until, blocks: blocks.map(({ bits }) => bits) };
  }

  /** One block of each segment before the given one, newest first, read as the caller iterates. */
  filterBlocks(block: number, before: number): Generator<FilterBlock, undefined> {
    return this.#readBlocks(
      "SELECT segment, first, until, bits FROM filter WHERE block = ? AND segment < ? ORDER BY segment DESC",
      block,
      before,
    );
  }

  *#readBlocks(query: string, ...values: (number | string)[]): Generator<FilterBlock, undefined> {
    for (const row of this.#sql.exec<{ segment: number; first: number; until: number; bits: ArrayBuffer }>(
      query,
      ...values,
    )) {
      yield { segment: row.segment, first: row.first, until: row.until, bits: new Uint8Array(row.bits) };
    }
  }
}
