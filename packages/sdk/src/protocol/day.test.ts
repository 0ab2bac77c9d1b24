import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { addDays, Calendar, isDay, listDays } from "./day.ts";

describe("isDay", () => {
  test("takes dates that exist", () => {
    for (const day of ["2026-11-23", "2024-02-29", "1999-12-31"]) expect(isDay(day)).toBe(true);
  });

  test("refuses dates that do not, and other ways to write them", () => {
    for (const text of [
      "2026-02-29",
      "2026-13-01",
      "2026-00-10",
      "2026-1-2",
      "20261123",
      "today",
      "",
      "2026-11-23T00:00",
      "0000-01-01",
    ]) {
      expect(isDay(text)).toBe(false);
    }
  });
});

describe("addDays", () => {
  test("crosses months, years and leap days", () => {
    expect(addDays("2024-02-28", 1)).toBe("2024-02-29");
    expect(addDays("2026-12-31", 1)).toBe("2027-01-01");
    expect(addDays("2026-03-01", -1)).toBe("2026-02-28");
  });
});

describe("listDays", () => {
  test("includes both ends", () => {
    expect(listDays("2026-11-29", "2026-12-02")).toEqual(["2026-11-29", "2026-11-30", "2026-12-01", "2026-12-02"]);
    expect(listDays("2026-11-29", "2026-11-29")).toEqual(["2026-11-29"]);
    expect(listDays("2026-11-30", "2026-11-29")).toEqual([]);
    expect(listDays("9999-12-30", "9999-12-31")).toEqual(["9999-12-30", "9999-12-31"]);
  });
});

describe("Calendar", () => {
  const HOUR_MS = 3_600_000;

  test("refuses a time zone that does not exist", () => {
    expect(() => new Calendar("Mars/Olympus")).toThrow(RangeError);
  });

  test("puts an instant on the day of its time zone", () => {
    const at = Date.parse("2026-11-23T23:30:00Z");
    expect(new Calendar("UTC").dayOf(at)).toBe("2026-11-23");
    expect(new Calendar("Europe/Berlin").dayOf(at)).toBe("2026-11-24");
    expect(new Calendar("Pacific/Kiritimati").dayOf(at)).toBe("2026-11-24");
    expect(new Calendar("America/Los_Angeles").dayOf(at)).toBe("2026-11-23");
  });

  test("knows days of 23 and 25 hours", () => {
    const berlin = new Calendar("Europe/Berlin");
    expect(berlin.startOf("2026-03-29")).toBe(Date.parse("2026-03-28T23:00:00Z"));
    expect(berlin.endOf("2026-03-29") - berlin.startOf("2026-03-29")).toBe(23 * HOUR_MS);
    expect(berlin.endOf("2026-10-25") - berlin.startOf("2026-10-25")).toBe(25 * HOUR_MS);
  });

  test("begins a day where midnight does not exist", () => {
    // Cairo's clocks go from 23:59:59 to 01:00:00 that night.
    const cairo = new Calendar("Africa/Cairo");
    expect(cairo.startOf("2026-04-24")).toBe(Date.parse("2026-04-23T22:00:00Z"));
  });

  test("every instant lies between the start and the end of its day", () => {
    const zones = [
      "UTC",
      "Asia/Kathmandu",
      "America/St_Johns",
      "Pacific/Chatham",
      "Africa/Cairo",
      "Pacific/Kiritimati",
    ];
    const calendars = zones.map((zone) => new Calendar(zone));
    const from = Date.parse("2020-01-01");
    const to = Date.parse("2030-01-01");
    fc.assert(
      fc.property(fc.constantFrom(...calendars), fc.integer({ min: from, max: to }), (calendar, at) => {
        const day = calendar.dayOf(at);
        expect(calendar.startOf(day)).toBeLessThanOrEqual(at);
        expect(calendar.endOf(day)).toBeGreaterThan(at);
      }),
    );
  });
});
