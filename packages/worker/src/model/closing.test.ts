import { Calendar } from "@tracker/sdk/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { closingTimeOf, refuseForAge } from "./closing.ts";

const HOUR_MS = 3_600_000;

describe("closingTimeOf", () => {
  it.each([
    ["UTC", "2027-01-10", 24],
    ["Europe/Berlin", "2027-03-28", 23],
    ["Europe/Berlin", "2027-10-31", 25],
    ["America/New_York", "2027-03-14", 23],
    ["Australia/Lord_Howe", "2027-04-04", 24.5],
  ])("is 49 hours after the end of a day, in %s on %s after %f hours", (timeZone, day, hours) => {
    const calendar = new Calendar(timeZone);
    expect(calendar.endOf(day) - calendar.startOf(day)).toBe(hours * HOUR_MS);
    expect(closingTimeOf(day, calendar)).toBe(calendar.startOf(day) + (hours + 49) * HOUR_MS);
  });

  it("comes an hour after the last moment at which a batch of the day is taken, in any zone and on any day", () => {
    const calendars = ["UTC", "Europe/Berlin", "America/St_Johns", "Pacific/Chatham", "Pacific/Kiritimati"].map(
      (timeZone) => new Calendar(timeZone),
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...calendars),
        fc.integer({ min: Date.UTC(2026), max: Date.UTC(2030) }),
        fc.integer({ min: -10 * 60_000, max: 60 * HOUR_MS }),
        (calendar, at, age) => {
          fc.pre(refuseForAge(at, at + age) === undefined);
          expect(at + age).toBeLessThan(closingTimeOf(calendar.dayOf(at), calendar) - HOUR_MS + 1);
        },
      ),
    );
  });
});
