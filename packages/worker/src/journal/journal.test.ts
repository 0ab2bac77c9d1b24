import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { batchOf, readStatistic } from "../../test/batches.ts";
import { countBatch } from "../counting/count-batch.ts";
import { flushAll } from "../counting/flush.ts";
import { Journal, type JournalRow, type Name } from "./journal.ts";

afterEach(() => {
  vi.useRealTimers();
});

describe("append", () => {
  it("writes one row a group commit, and one for each new name", async () => {
    const written = await runInDurableObject(env.DAY_COUNTER.getByName("2027-01-10/0"), (_, { storage }) => {
      const journal = new Journal(storage);
      const secret = new Uint8Array(16);
      journal.create({ source: "s", secret, object: "o", shards: 1, closesAt: 0, announced: false });
      const rowsOf = (row: JournalRow, names: Name[]): number => {
        const total = (): number => storage.sql.exec<{ rows: number }>("SELECT total_changes() AS rows").one().rows;
        const before = total();
        journal.append(row, names);
        return total() - before;
      };
      const names = ["a", "b"].map((label, index) => ({
        id: index + 1,
        site: "",
        label,
        category: "",
        domId: "",
        page: "",
      }));
      const pings: JournalRow["pings"] = [
        [1, 3],
        [2, 1],
      ];
      return [
        rowsOf({ id: 1, at: 0, batches: ["x", "y"], pings }, names),
        rowsOf({ id: 2, at: 0, batches: ["z"], pings }, []),
      ];
    });
    expect(written).toEqual([3, 1]);
  });
});

describe("readState", () => {
  it("upgrades an object that an older version made: what it counted stays, and counts once", async () => {
    const object = env.DAY_COUNTER.getByName("2027-01-10/0");
    const at = Date.UTC(2027, 0, 10, 12);
    vi.setSystemTime(at);
    await runInDurableObject(object, (_, { storage }) => {
      storage.sql.exec(`
        CREATE TABLE state (source TEXT, object TEXT, closes_at INTEGER, announced INTEGER) STRICT;
        CREATE TABLE name (id INTEGER PRIMARY KEY, site TEXT, label TEXT, category TEXT, dom_id TEXT) STRICT;
        CREATE TABLE journal (id INTEGER PRIMARY KEY, at INTEGER, batches TEXT, pings TEXT) STRICT;
        CREATE TABLE filter (block INTEGER, segment INTEGER, until INTEGER, bits BLOB, PRIMARY KEY (block, segment))
          STRICT, WITHOUT ROWID;
        INSERT INTO state VALUES ('source', '2027-01-10/0', ${at + 100 * 3_600_000}, 0);
        INSERT INTO name VALUES (1, '', 'old', '', '');
        INSERT INTO journal VALUES (1, ${at}, 'a23456789012345678901b', '[[1,5]]');
        INSERT INTO filter VALUES (0, 1, ${at}, x'00');
      `);
    });
    await evictDurableObject(object);

    const batch = { ...batchOf("old"), at, id: "a23456789012345678901b" };
    expect(await countBatch(env, "", batch)).toEqual({ ok: true, duplicate: true });
    expect(await countBatch(env, "", { ...batchOf("old"), at })).toEqual({ ok: true, duplicate: false });
    await flushAll(env);
    expect(await readStatistic()).toEqual({ "2027-01-10 old::": 6 });
  });
});
