import { describe, expect, it } from "vitest";
import { readerRequest, readStatistic } from "../../test/batches.ts";
import { insertStatistics } from "../../test/statistics.ts";

const DAYS = "from=2020-01-01&to=2020-01-03";

async function count(): Promise<void> {
  await insertStatistics([
    ["", "2020-01-01", "x", "c", "a", 7],
    ["", "2020-01-02", "x", "c", "b", 5],
    ["", "2020-01-02", "y", "d", "", 6],
  ]);
}

async function read(path: string): Promise<string> {
  const response = await readerRequest(`/dashboard/${path}`);
  return response.text();
}

describe("the list's Delete button", () => {
  it.each([
    ["", "?from=2020-01-01&amp;to=2020-01-03"],
    ["&label=x", "?from=2020-01-01&amp;to=2020-01-03&amp;label=x"],
    ["&category=&search=", "?from=2020-01-01&amp;to=2020-01-03"],
  ])("leads to what is listed: %s", async (filter, link) => {
    await count();
    expect(await read(`statistics?${DAYS}${filter}`)).toContain(`/dashboard/delete${link}"`);
  });

  it.each(["category=c", "dom_id=a", "search=x"])("is not there where it would delete more: %s", async (filter) => {
    await count();
    const page = await read(`statistics?${DAYS}&${filter}`);
    expect(page).toContain("<b>");
    expect(page).not.toContain("/delete");
  });
});

describe("the page that asks before deleting", () => {
  it.each(["category=c", "dom_id=a", "search=x"])("does not take a filter for nothing: %s", async (filter) => {
    await count();
    const response = await readerRequest(`/dashboard/delete?${DAYS}&label=x&${filter}`);
    expect(response.status).toBe(400);
    expect(await response.text()).toContain(filter.split("=")[0]);
    const posted = await readerRequest("/dashboard/delete", {
      method: "POST",
      headers: {
        authorization: "Bearer the-token-of-these-tests",
        "content-type": "application/x-www-form-urlencoded",
      },
      body: `${DAYS}&label=x&${filter}`,
    });
    expect(posted.status).toBe(400);
    expect(Object.keys(await readStatistic())).toHaveLength(3);
  });

  it("says which days and how many actions", async () => {
    await count();
    expect((await read(`delete?${DAYS}&label=x`)).replaceAll(/<[^>]*>/g, "")).toMatch(
      /Delete x\?.*12 actions from 2020-01-01 to 2020-01-03/s,
    );
  });
});
