import type { Day } from "@tracker/sdk/protocol";
import type { DayRange } from "../../model/counts.ts";

const NUMBER = new Intl.NumberFormat("en");
const PERCENT = new Intl.NumberFormat("en", { style: "percent", maximumFractionDigits: 0, signDisplay: "exceptZero" });
const MOMENT = new Intl.RelativeTimeFormat("en");
const DATE = new Intl.DateTimeFormat("en", { month: "short", day: "numeric", timeZone: "UTC" });
const DATE_AND_YEAR = new Intl.DateTimeFormat("en", {
  month: "short",
  day: "numeric",
  year: "numeric",
  timeZone: "UTC",
});
const SHARE = new Intl.NumberFormat("en", { style: "percent", maximumFractionDigits: 1 });

export function formatNumber(value: number): string {
  return NUMBER.format(value);
}

/** `1 row`, `2,000 rows`. */
export function formatCount(value: number, noun: string): string {
  return `${formatNumber(value)} ${noun}${value === 1 ? "" : "s"}`;
}

export function formatShare(part: number, whole: number): string {
  return SHARE.format(whole ? part / whole : 0);
}

/** The change in percent. Undefined if there was nothing before. */
export function formatChange(now: number, before: number): string | undefined {
  return before ? PERCENT.format(now / before - 1).replace("-", "−") : undefined;
}

/** `5 minutes ago`, or `in 5 minutes`; both ms since epoch. */
export function formatAge(at: number, now: number): string {
  const seconds = Math.round((at - now) / 1000);
  if (Math.abs(seconds) < 90) return MOMENT.format(seconds, "second");
  if (Math.abs(seconds) < 5_400) return MOMENT.format(Math.round(seconds / 60), "minute");
  if (Math.abs(seconds) < 129_600) return MOMENT.format(Math.round(seconds / 3_600), "hour");
  return MOMENT.format(Math.round(seconds / 86_400), "day");
}

/** `in 5 days`, both ms since epoch. */
export function formatUntil(at: number, now: number): string {
  const hours = Math.round((at - now) / 3_600_000);
  return hours < 48 ? MOMENT.format(Math.max(1, hours), "hour") : MOMENT.format(Math.round(hours / 24), "day");
}

/** A name inside a sentence: `Labels` → `labels`, but `DOM ids` as it is. */
export function lowerFirst(name: string): string {
  return name.replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase());
}

/** A path with those parameters that have a value. */
export function hrefOf(path: string, parameters: Record<string, string | undefined>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) if (value) query.set(name, value);
  return query.size > 0 ? `${path}?${query.toString()}` : path || "?";
}

/** `Nov 17`; of another year than today's `Nov 17, 2025`. */
export function formatDay(day: Day, today: Day): string {
  return (day.slice(0, 4) === today.slice(0, 4) ? DATE : DATE_AND_YEAR).format(new Date(day));
}

/** `Nov 17`, `Nov 17 – 23` or `Oct 25 – Nov 23`; with the year where it is not today's. */
export function formatDays({ from, to }: DayRange, today: Day): string {
  const format = from.slice(0, 4) === today.slice(0, 4) && to.slice(0, 4) === today.slice(0, 4) ? DATE : DATE_AND_YEAR;
  // Thin spaces around the dash become plain ones: one font in five lacks them.
  return format.formatRange(new Date(from), new Date(to)).replaceAll("\u2009", " ");
}
