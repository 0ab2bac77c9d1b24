/** A calendar day, `YYYY-MM-DD`. Days compare and sort as text. */
export type Day = string;

const DAY_MS = 86_400_000;
// Offsets from UTC lie between −12 h and +14 h.
const OFFSET_MAX_MS = 15 * 3_600_000;

/** Whether the text is a date that exists, `2026-02-29` is not, of the years 1000 to 9999. */
export function isDay(text: string): boolean {
  return /^[1-9]\d{3}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text)) && addDays(text, 0) === text;
}

/** The day `days` later (or earlier, when negative). */
export function addDays(day: Day, days: number): Day {
  return new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10);
}

/** Every day from `from` to `to`, both included. */
export function listDays(from: Day, to: Day): Day[] {
  // Counted beforehand: beyond the year 9999 days no longer compare as text.
  const count = (Date.parse(to) - Date.parse(from)) / DAY_MS + 1;
  return Array.from({ length: Math.max(0, count) }, (_, index) => addDays(from, index));
}

/** The calendar of one time zone: which day an instant falls on, and when that day begins and ends. */
export class Calendar {
  readonly #format: Intl.DateTimeFormat;
  // The day asked for last: nearly every call is for the same one, and Intl is slow.
  #last = { day: "", start: 0, end: 0 };

  /** @throws RangeError when the IANA time zone is unknown. */
  constructor(timeZone: string) {
    // Sweden writes dates as ISO 8601 does.
    this.#format = new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short" });
  }

  /** The day on which the instant (ms since epoch) falls. */
  dayOf(at: number): Day {
    if (at < this.#last.start || at >= this.#last.end) {
      const day = this.#format.format(at);
      this.#last = { day, start: this.startOf(day), end: this.startOf(addDays(day, 1)) };
    }
    return this.#last.day;
  }

  /** The first instant (ms since epoch) of the day; it may be 23, 24 or 25 hours before that of the next. */
  startOf(day: Day): number {
    let before = Date.parse(day) - OFFSET_MAX_MS;
    let reached = Date.parse(day) + OFFSET_MAX_MS;
    while (reached - before > 1) {
      const middle = Math.floor((before + reached) / 2);
      if (this.#format.format(middle) < day) before = middle;
      else reached = middle;
    }
    return reached;
  }

  /** The first instant after the day. */
  endOf(day: Day): number {
    return this.startOf(addDays(day, 1));
  }
}
