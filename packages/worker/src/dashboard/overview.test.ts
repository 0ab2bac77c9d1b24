import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { readerRequest, request } from "../../test/batches.ts";
import { ago } from "../../test/days.ts";
import { textOf } from "../../test/page-text.ts";
import { insertStatistics } from "../../test/statistics.ts";

async function open(path: string): Promise<string> {
  const response = await readerRequest(`/dashboard/${path}`);
  expect(response.status).toBe(200);
  return textOf(await response.text());
}

/** Two weeks, with one page. */
async function countTwoWeeks(): Promise<void> {
  const rows: [string, string, string, string, string, number][] = [
    ["", ago(20), "steady", "links", "", 1],
    ["", ago(10), "steady", "links", "s", 100],
    ["", ago(3), "steady", "links", "s", 104],
    ["", ago(10), "buy", "buttons", "b1", 100],
    ["", ago(3), "buy", "buttons", "b1", 30],
    ["", ago(3), "buy", "buttons", "b2", 270],
  ];
  await insertStatistics(rows);
  await env.DB.batch(
    rows
      .filter(([, , label]) => label === "buy")
      .map(([site, day, label, category, domId, counter]) =>
        env.DB.prepare("INSERT INTO page_statistic VALUES (?, ?, '/pricing', ?, ?, ?, ?)").bind(
          site,
          day,
          label,
          category,
          domId,
          counter,
        ),
      ),
  );
}

describe("the overview", () => {
  it("says the total beside the period before, what changed, and what is not over", async () => {
    await countTwoWeeks();
    await request("/track/?labels=now");
    const text = await open("");
    expect(text).toMatch(/Actions still counting 404 ▲ \+102% from 200/);
    expect(text).toContain("Today so far 1");
    expect(text).toMatch(/What changed Rising buy ▲ \+200% Falling none by more than chance Gone quiet none/);
    expect(text).toMatch(/\/pricing 300 ▲ \+200%/);
  });

  it("compares nothing where that was not asked for", async () => {
    await countTwoWeeks();
    const text = await open("?compare=none");
    expect(text).not.toContain("What changed");
    expect(text).not.toContain("+200%");
  });
});

describe("a label's page", () => {
  it("has its elements and its pages beside the period before, and weeks", async () => {
    await countTwoWeeks();
    const text = await open("label?label=buy");
    expect(text).toMatch(/\/pricing 300 ▲ \+200%/);
    expect(text).toMatch(/b2 270 new[^]*b1 30 ▼ −70%/);
    expect(text).toMatch(/Days Weeks Months/);
    const weeks = await open(`label?label=buy&step=week&from=${ago(13)}&to=${ago(1)}&compare=none`);
    expect(weeks).toMatch(/300/);
  });
});

describe("a page's page", () => {
  it("says which of its elements are used more or less", async () => {
    await countTwoWeeks();
    expect(await open("pages")).toMatch(/\/pricing 300 100 ▲ \+200%/);
    const text = await open("page?page=/pricing");
    expect(text).toMatch(/Actions still counting 300 ▲ \+200% from 100/);
    expect(text).toMatch(/All 2 Rising 0 Falling 1 Gone quiet 0 New 1/);
    expect(text).toMatch(/b2 buy buttons 270 0 new[^]*b1 buy buttons 30 100 ▼ −70%/);
    expect(text).not.toContain("steady");
  });

  it("of a path that has no counts says so", async () => {
    await countTwoWeeks();
    expect(await open("page?page=/nothing")).toContain("Nothing was counted in this period.");
    expect((await readerRequest("/dashboard/page")).status).toBe(400);
  });
});
