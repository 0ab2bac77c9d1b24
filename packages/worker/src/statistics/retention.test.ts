import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { prune } from "./retention.ts";

const NOW = Date.parse("2027-01-10T12:00:00Z");

/** Statistics of a day: so many rows. */
async function fill(site: string, day: string, rows: number): Promise<void> {
  await env.DB.prepare(
    `WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < ?3)
     INSERT INTO statistic SELECT ?1, ?2, 'label ' || value, '', 'id', 1 FROM n`,
  )
    .bind(site, day, rows)
    .run();
}

async function countRows(): Promise<Record<string, number>> {
  const { results } = await env.DB.prepare(
    "SELECT site || ' ' || day AS key, count(*) AS n FROM statistic GROUP BY site, day",
  ).all<{ key: string; n: number }>();
  return Object.fromEntries(results.map(({ key, n }) => [key, n]));
}

describe("prune", () => {
  it("deletes the days that are no longer kept, of every site", async () => {
    for (const site of ["", "blog.example", "shop.example"]) {
      for (const day of ["2026-12-01", "2027-01-02", "2027-01-03", "2027-01-10"]) await fill(site, day, 2);
    }
    expect(await prune({ ...env, RETENTION_DAYS: "7" }, NOW)).toBe(12);
    expect(Object.keys(await countRows())).toEqual([
      " 2027-01-03",
      " 2027-01-10",
      "blog.example 2027-01-03",
      "blog.example 2027-01-10",
      "shop.example 2027-01-03",
      "shop.example 2027-01-10",
    ]);
  });

  it("keeps everything without RETENTION_DAYS", async () => {
    await fill("", "2020-01-01", 1);
    expect(await prune(env, NOW)).toBe(0);
  });

  it("goes on where it stopped, some thousand rows a time", async () => {
    await fill("", "2020-01-01", 6_500);
    const settings = { ...env, RETENTION_DAYS: "7" };
    expect([await prune(settings, NOW), await prune(settings, NOW), await prune(settings, NOW)]).toEqual([
      5_000, 1_500, 0,
    ]);
  });

  it("leaves a day alone until its objects are closed", async () => {
    await fill("", "2027-01-01", 1);
    await fill("", "2027-01-02", 1);
    const open = "INSERT INTO flush (source, object, day, watermark) VALUES ('one', '2027-01-01/0', '2027-01-01', 0)";
    await env.DB.prepare(open).run();
    const settings = { ...env, RETENTION_DAYS: "7" };
    expect(await prune(settings, NOW)).toBe(1);
    expect(await countRows()).toEqual({ " 2027-01-01": 1 });
    await env.DB.prepare("UPDATE flush SET closed_at = 1").run();
    expect(await prune(settings, NOW)).toBe(1);
  });
});
