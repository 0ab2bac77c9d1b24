import { Calendar } from "@tracker/sdk/protocol";
import { describe, expect, it } from "vitest";
import { countHour, countUpTo, lastSlotEnd, listHours, SLOT_MS } from "./slots.ts";

const slotOf = (time: string): number => Date.parse(time) / SLOT_MS;

describe("listHours", () => {
  it("has 23 to 25 hours, as the clocks are changed", () => {
    const berlin = new Calendar("Europe/Berlin");
    const counts = ["2026-03-29", "2026-11-24", "2026-10-25"].map((day) => listHours(day, berlin).length);
    expect(counts).toEqual([23, 24, 25]);
    expect(listHours("2026-11-24", berlin)[0]).toBe(Date.parse("2026-11-23T23:00Z"));
  });

  it("begins each hour with a slot, in time zones of quarters of an hour, too", () => {
    for (const zone of ["Asia/Kathmandu", "America/St_Johns", "Pacific/Chatham", "UTC"])
      for (const hour of listHours("2026-11-24", new Calendar(zone))) expect(hour % SLOT_MS).toBe(0);
  });
});

describe("countHour", () => {
  it("counts each slot in one hour, what came before the day in the first, and none that came after it", () => {
    const slots = new Map([
      [slotOf("2026-11-23T23:45Z"), 1],
      [slotOf("2026-11-24T00:15Z"), 2],
      [slotOf("2026-11-24T01:00Z"), 4],
      [slotOf("2026-11-25T00:00Z"), 8],
    ]);
    const hours = listHours("2026-11-24", new Calendar("UTC")).map((hour, index) =>
      countHour(slots, hour, index === 0),
    );
    expect(hours.slice(0, 3)).toEqual([3, 4, 0]);
    expect(hours.reduce((sum, count) => sum + count)).toBe(7);
  });
});

describe("countUpTo", () => {
  it("leaves out the slot that is not over", () => {
    const now = Date.parse("2026-11-24T10:20Z");
    const slots = new Map([
      [slotOf("2026-11-24T10:00Z"), 3],
      [slotOf("2026-11-24T10:15Z"), 5],
    ]);
    expect(countUpTo(slots, lastSlotEnd(now))).toBe(3);
  });
});
