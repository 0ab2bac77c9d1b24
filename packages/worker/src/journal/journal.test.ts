import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { Journal } from "./journal.ts";

describe("append", () => {
  it("writes one row a group commit, and one for each new name", async () => {
    const written = await runInDurableObject(env.DAY_COUNTER.getByName("2027-01-10/0"), (_, { storage }) => {
      const journal = new Journal(storage);
      journal.create({
        source: "s",
        secret: new Uint8Array(32),
        object: "o",
        shards: 1,
        closesAt: 0,
        announced: false,
      });
      const names = ["a", "b"].map((label, index) => ({ id: index + 1, site: "", label, category: "", domId: "" }));
      return [
        journal.append(
          {
            id: 1,
            at: 0,
            batches: ["x", "y"],
            pings: [
              [1, 3],
              [2, 1],
            ],
          },
          names,
        ),
        journal.append(
          {
            id: 2,
            at: 0,
            batches: ["z"],
            pings: [
              [1, 1],
              [2, 9],
            ],
          },
          [],
        ),
      ];
    });
    expect(written).toEqual([3, 1]);
  });
});
