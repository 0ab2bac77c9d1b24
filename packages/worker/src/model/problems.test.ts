import { expect, it } from "vitest";
import { judgeFacts } from "./problems.ts";

const NOW = Date.UTC(2026, 10, 24);
const WELL = {
  databaseBytes: 100_000_000,
  journalRows: 1_000,
  statisticRows: 1_000,
  other: 0,
  refused: 0,
  refusedBefore: 0,
  unsentSince: undefined,
};

it.each([
  [{}, []],
  [{ databaseBytes: 400_000_001 }, ["database_full"]],
  [{ databaseBytes: 400_000_000 }, []],
  [{ journalRows: 80_001 }, ["rows_near_limit"]],
  [{ statisticRows: 80_001 }, ["rows_near_limit"]],
  [{ other: 99 }, []],
  [{ other: 100 }, ["labels_beyond_cap"]],
  [{ refused: 999 }, []],
  [{ refused: 1_000 }, ["refusals_rising"]],
  [{ refused: 5_000, refusedBefore: 2_000 }, []],
  [{ refused: 6_000, refusedBefore: 2_000 }, ["refusals_rising"]],
  [{ unsentSince: NOW - 3_600_000 }, []],
  [{ unsentSince: NOW - 3_600_001 }, ["webhook_silent"]],
])("finds in %j on Workers Free: %j", (facts, problems) => {
  expect(judgeFacts({ ...WELL, ...facts }, "free", NOW)).toEqual(problems);
});

it("knows the limits of Workers Paid", () => {
  const facts = { ...WELL, databaseBytes: 7_999_000_000, journalRows: 1_000_000 };
  expect(judgeFacts(facts, "paid", NOW)).toEqual([]);
  expect(judgeFacts({ ...facts, databaseBytes: 8_000_000_001 }, "paid", NOW)).toEqual(["database_full"]);
});
