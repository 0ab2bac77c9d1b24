import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { readerRequest, readStatistic, request } from "../../test/batches.ts";
import { insertStatistics } from "../../test/statistics.ts";
import { flushAll } from "../counting/flush.ts";
import { sumUpDays } from "../statistics/sum-up.ts";

const today = new Date().toISOString().slice(0, 10);

async function remove(query: string): Promise<{ status: number; answer: unknown }> {
  const response = await request(`/api/statistics?${query}`, {
    method: "DELETE",
    headers: { authorization: `Bearer ${env.ADMIN_TOKEN}` },
  });
  return { status: response.status, answer: await response.json() };
}

async function sums(group: string): Promise<unknown> {
  const response = await readerRequest(`/api/statistics?from=2020-01-01&to=2020-01-03&group=${group}`);
  return (await response.json<{ rows: unknown }>()).rows;
}

async function count(): Promise<void> {
  await insertStatistics([
    ["", "2020-01-01", "x", "c", "a", 7],
    ["", "2020-01-02", "x", "c", "b", 5],
    ["", "2020-01-02", "y", "c", "", 6],
    ["", "2020-01-02", "x", "d", "", 1],
  ]);
  await request("/track/?labels=x:c:a");
  await flushAll(env);
}

describe("DELETE /api/statistics", () => {
  it.each([["with"], ["without"]])("deletes a label, %s sums made before; open days are kept", async (made) => {
    await count();
    if (made === "with") await sumUpDays(env, Date.now());
    expect(await remove("label=x")).toMatchObject({ status: 200, answer: { from: "2020-01-01", deleted: 3 } });
    expect(await readStatistic()).toEqual({ "2020-01-02 y:c:": 6, [`${today} x:c:a`]: 1 });
    expect(await sums("day")).toMatchObject([{ day: "2020-01-02", counter: 6 }]);
    expect(await sums("label")).toEqual([{ label: "y", counter: 6 }]);
    expect(await sums("category")).toEqual([{ category: "c", counter: 6 }]);
  });

  it("deletes a range of days", async () => {
    await count();
    await sumUpDays(env, Date.now());
    expect(await remove("from=2020-01-02&to=2020-01-09")).toMatchObject({ answer: { deleted: 3 } });
    expect(await sums("day")).toMatchObject([{ day: "2020-01-01", counter: 7 }]);
    expect(await sums("label")).toEqual([{ label: "x", counter: 7 }]);
  });

  it("refuses days that still count", async () => {
    await count();
    expect(await remove(`from=2020-01-01&to=${today}`)).toMatchObject({
      status: 409,
      answer: { error: { code: "day_open", message: expect.stringContaining(today) } },
    });
    expect(Object.keys(await readStatistic())).toHaveLength(5);
  });

  it("does not guess what to delete", async () => {
    expect(await remove("from=2020-01-01")).toMatchObject({
      status: 400,
      answer: { error: { code: "bad_parameter" } },
    });
    expect(await remove("category=c")).toMatchObject({ status: 400 });
  });
});
