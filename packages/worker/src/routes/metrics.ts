import type { Context } from "hono";
import { readConfig } from "../config/config.ts";
import { listSites } from "../d1/day-sum.ts";
import { readHealthFacts } from "../d1/health-facts.ts";
import type { AppEnv } from "../http/context.ts";
import { PROBLEM_CODES } from "../model/problems.ts";
import { readHealth } from "../statistics/health.ts";
import { findProblems } from "../statistics/problems.ts";

interface Metric {
  name: string;
  help: string;
  /** Values by the labels that stand in braces; `""` for one without. Labels are words of this code, so they are few. */
  values: Record<string, number | undefined>;
}

/**
 * `GET /metrics`: how the tracker is, for Prometheus.
 * https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
 */
export async function metrics(c: Context<AppEnv>): Promise<Response> {
  const now = Date.now();
  const { env } = c;
  const sites = await listSites(env.DB);
  const [condition, health, facts] = await Promise.all([
    findProblems(env, now),
    readHealth(env, now),
    readHealthFacts(env.DB, sites, readConfig(env).calendar.dayOf(now)),
  ]);
  const { problems, silent, oldestMs } = condition;
  const all: Metric[] = [
    {
      name: "tracker_problem",
      help: "Whether this problem is there, 0 or 1.",
      values: Object.fromEntries(PROBLEM_CODES.map((code) => [`code="${code}"`, problems.includes(code) ? 1 : 0])),
    },
    gauge("tracker_open_objects", "Objects of days that are not closed.", health.objects.length),
    gauge("tracker_silent_objects", "Objects that do not answer.", silent.length),
    gauge("tracker_unflushed_actions", "Actions that D1 does not have yet.", health.unflushed),
    gauge("tracker_oldest_unflushed_seconds", "Age of the oldest of them.", oldestMs && oldestMs / 1000),
    gauge(
      "tracker_last_flush_timestamp_seconds",
      "When D1 was written last.",
      health.flushedAt && health.flushedAt / 1000,
    ),
    {
      name: "tracker_rows_written_today",
      help: "Rows written today in objects and in D1.",
      values: { 'store="objects"': health.journalRows, 'store="d1"': health.statisticRows },
    },
    gauge("tracker_database_bytes", "Size of D1.", facts.databaseBytes),
    gauge("tracker_other_actions_today", "Actions of today counted as (other), as far as D1 has them.", facts.other),
    gauge("tracker_refused_pings_today", "Pings refused today, an estimate, as far as D1 has them.", facts.refused),
  ];
  c.header("cache-control", "no-store");
  return c.body(all.map(writeMetric).join(""), 200, { "content-type": "text/plain; version=0.0.4; charset=utf-8" });
}

function gauge(name: string, help: string, value: number | undefined): Metric {
  return { name, help, values: { "": value } };
}

/** What has no value has no line. */
function writeMetric({ name, help, values }: Metric): string {
  const lines = Object.entries(values).flatMap(([labels, value]) =>
    value === undefined ? [] : `${name}${labels && `{${labels}}`} ${value}\n`,
  );
  return `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${lines.join("")}`;
}
