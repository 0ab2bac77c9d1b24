import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { batchOf } from "../../test/batches.ts";
import { countBatch } from "../counting/count-batch.ts";
import { TAIL_MAX_ROWS } from "../counting/flush.ts";
import { readTail } from "./read.ts";
import { listOpenObjects } from "../d1/objects.ts";

it("sums a tail of many parts, each of which has the same names", async () => {
  await countBatch(env, "", batchOf("a|b"));
  const [open] = await listOpenObjects(env.DB);
  const rows = 2 * TAIL_MAX_ROWS;
  await runInDurableObject(env.DAY_COUNTER.getByName(open!.object), (_, { storage }) => {
    storage.sql.exec(
      `INSERT INTO journal SELECT key + 2, 0, 'an id', '[[1,1],[2,2]]' FROM json_each(?)`,
      JSON.stringify(Array.from({ length: rows }, () => 0)),
    );
  });
  // The object counts on behind the rows that it now has.
  await evictDurableObject(env.DAY_COUNTER.getByName(open!.object));
  expect(await readTail(env, open!)).toEqual({
    increments: [
      ["", "a", "", "", 1 + rows],
      ["", "b", "", "", 1 + 2 * rows],
    ],
    upto: 1 + rows,
  });
});
