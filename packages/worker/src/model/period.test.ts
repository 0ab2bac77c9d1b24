import { addDays } from "@tracker/sdk/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  COMPARISONS,
  countDays,
  listPeriods,
  RANGES,
  rangeBefore,
  resolveRange,
  STEPS,
  wholePeriods,
} from "./period.ts";

const anyDay = fc.integer({ min: 0, max: 20_000 }).map((days) => addDays("2000-01-01", days));
const weekday = (day: string): number => new Date(day).getUTCDay();

describe("resolveRange", () => {
  // A Tuesday.
  it.each([
    ["today", "2026-11-24", "2026-11-24"],
    ["7d", "2026-11-17", "2026-11-23"],
    ["30d", "2026-10-25", "2026-11-23"],
    ["last-week", "2026-11-16", "2026-11-22"],
    ["last-month", "2026-10-01", "2026-10-31"],
  ] as const)("gives the days of %s", (name, from, to) => {
    expect(resolveRange(name, "2026-11-24")).toEqual({ from, to });
  });

  it("ends last week on the Sunday before, on each day of a week", () => {
    for (const today of ["2026-11-23", "2026-11-26", "2026-11-29"])
      expect(resolveRange("last-week", today).to).toBe("2026-11-22");
  });

  it("has no day that is not over, but today", () => {
    fc.assert(
      fc.property(anyDay, fc.constantFrom(...RANGES), (today, name) => {
        const { from, to } = resolveRange(name, today);
        expect(from <= to).toBe(true);
        expect(to < today).toBe(name !== "today");
      }),
    );
  });
});

describe("rangeBefore", () => {
  it("is of a month the month before, however long", () => {
    expect(rangeBefore({ from: "2026-03-01", to: "2026-03-31" }, "before")).toEqual({
      from: "2026-02-01",
      to: "2026-02-28",
    });
  });

  it("is of thirty days the thirty days before, or those five weeks before", () => {
    const range = { from: "2026-10-25", to: "2026-11-23" };
    expect(rangeBefore(range, "before")).toEqual({ from: "2026-09-25", to: "2026-10-24" });
    expect(rangeBefore(range, "weekdays")).toEqual({ from: "2026-09-20", to: "2026-10-19" });
  });

  it("has no day of the range, and with the same weekdays as many days on the same weekdays", () => {
    fc.assert(
      fc.property(
        anyDay,
        fc.integer({ min: 0, max: 800 }),
        fc.constantFrom(...COMPARISONS.filter((comparison) => comparison !== "none")),
        (from, more, comparison) => {
          const range = { from, to: addDays(from, more) };
          const before = rangeBefore(range, comparison);
          expect(before.to < from).toBe(true);
          if (comparison === "before") {
            expect(addDays(before.to, 1)).toBe(from);
          } else {
            expect(countDays(before)).toBe(countDays(range));
            expect(weekday(before.from)).toBe(weekday(from));
          }
        },
      ),
    );
  });
});

describe("listPeriods", () => {
  it("cuts the first and the last week where the range does", () => {
    expect(listPeriods({ from: "2026-11-18", to: "2026-11-30" }, "week")).toEqual([
      { from: "2026-11-18", to: "2026-11-22" },
      { from: "2026-11-23", to: "2026-11-29" },
      { from: "2026-11-30", to: "2026-11-30" },
    ]);
  });

  it("has each day of the range once", () => {
    fc.assert(
      fc.property(anyDay, fc.integer({ min: 0, max: 400 }), fc.constantFrom(...STEPS), (from, more, step) => {
        const periods = listPeriods({ from, to: addDays(from, more) }, step);
        expect(periods[0]!.from).toBe(from);
        expect(periods.at(-1)!.to).toBe(addDays(from, more));
        for (const [index, period] of periods.entries()) {
          expect(period.from <= period.to).toBe(true);
          if (index > 0) expect(period.from).toBe(addDays(periods[index - 1]!.to, 1));
        }
      }),
    );
  });
});

describe("wholePeriods", () => {
  it("gives weeks and months that are over", () => {
    expect(wholePeriods("week", 12, "2026-11-24")).toEqual({ from: "2026-08-31", to: "2026-11-22" });
    expect(wholePeriods("month", 12, "2026-11-24")).toEqual({ from: "2025-11-01", to: "2026-10-31" });
  });
});
