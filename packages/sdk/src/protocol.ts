export { decodeBatch, encodeBatch, makeBatchId, type Batch, type DecodedBatch } from "./protocol/batch.ts";
export { addDays, Calendar, isDay, listDays, type Day } from "./protocol/day.ts";
export {
  formatLabels,
  parseLabels,
  readPing,
  type CheckPing,
  type ParsedPings,
  type Ping,
  type PingInput,
} from "./protocol/labels.ts";
export * from "./protocol/limits.ts";
export type {
  BatchErrorCode,
  ErrorAnswer,
  PingErrorCode,
  Problem,
  Rejection,
  Result,
  TrackAnswer,
} from "./protocol/result.ts";
export { isPage } from "./protocol/page.ts";
export { SEEN } from "./protocol/seen.ts";
export {
  formatStatsQuery,
  type DayCount,
  type StatDetail,
  type StatRow,
  type StatsQuery,
  type StatsRequest,
  type TopDomId,
} from "./protocol/stats.ts";
