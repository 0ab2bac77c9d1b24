import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { Journal, type JournalRow, type Name } from "./journal.ts";

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
