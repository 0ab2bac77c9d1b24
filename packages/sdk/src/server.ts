export type { Day } from "./protocol/day.ts";
export type { PingInput } from "./protocol/labels.ts";
export type { Problem } from "./protocol/result.ts";
export type { StatRow, StatsQuery } from "./protocol/stats.ts";
export { StatisticsError, type Statistics, type StatisticsQuery, type StatisticsRow } from "./server/statistics.ts";
export { Tracker, type TrackerOptions } from "./server/tracker.ts";
