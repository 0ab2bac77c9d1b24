import { Calendar, LABEL_MAX_CHARS } from "@tracker/sdk/protocol";
import type { Env } from "../env.ts";
import { ListedLabels } from "../model/listed-labels.ts";

/** The settings, checked and typed. */
export interface Config {
  /** Hostnames, and `*.` patterns, that may send pings; empty: one site, any origin. */
  sites: readonly string[];
  calendar: Calendar;
  timeZone: string;
  /** How many objects share the pings of a day that begins now. */
  shards: number;
  maxLabelsPerDay: number;
  /** The only labels that count; absent: any. */
  labels: ListedLabels | undefined;
  countBots: boolean;
  commitWindowMs: number;
  /** 0: statistics are kept for ever. */
  retentionDays: number;
  publicStats: boolean;
  /** The Cloudflare Access application whose users are readers. */
  access: { teamDomain: string; audience: string } | undefined;
  locationHint: DurableObjectLocationHint | undefined;
  jurisdiction: DurableObjectJurisdiction | undefined;
}

/** A setting that makes no sense. Every request fails with it until it is put right. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly code = "bad_setting";
  readonly setting: string;

  constructor(setting: string, value: string, allowed: string) {
    super(`${setting}="${value}": ${allowed}`);
    this.setting = setting;
  }
}

const SHARDS_MAX = 64;
const LOCATION_HINTS = ["wnam", "enam", "sam", "weur", "eeur", "apac", "oc", "afr", "me"] as const;
const JURISDICTIONS = ["eu", "fedramp"] as const;

const cache = new WeakMap<Env, Config>();

/**
 * Reads the settings.
 *
 * @throws ConfigError naming the setting, what it holds and what is allowed.
 */
export function readConfig(env: Env): Config {
  let config = cache.get(env);
  if (!config) {
    config = parseConfig(env);
    cache.set(env, config);
  }
  return config;
}

function parseConfig(env: Env): Config {
  const timeZone = env.TIME_ZONE?.trim() || "UTC";
  return {
    sites: readSites(env.SITES ?? ""),
    calendar: readCalendar(timeZone),
    timeZone,
    shards: readWhole("SHARDS", env.SHARDS ?? "1", 1, SHARDS_MAX),
    maxLabelsPerDay: readWhole("MAX_LABELS_PER_DAY", env.MAX_LABELS_PER_DAY ?? "10000", 1, 100_000),
    labels: readLabels(env.LABELS ?? ""),
    countBots: readChoice("COUNT_BOTS", env.COUNT_BOTS || "false", ["true", "false"]) === "true",
    commitWindowMs: readWhole("COMMIT_WINDOW_MS", env.COMMIT_WINDOW_MS ?? "250", 0, 1_000),
    retentionDays: readWhole("RETENTION_DAYS", env.RETENTION_DAYS ?? "0", 0, 36_500),
    publicStats: readChoice("PUBLIC_STATS", env.PUBLIC_STATS || "false", ["true", "false"]) === "true",
    access: readAccess(env.ACCESS_TEAM_DOMAIN ?? "", env.ACCESS_AUD ?? ""),
    locationHint: env.LOCATION_HINT ? readChoice("LOCATION_HINT", env.LOCATION_HINT, LOCATION_HINTS) : undefined,
    jurisdiction: env.JURISDICTION ? readChoice("JURISDICTION", env.JURISDICTION, JURISDICTIONS) : undefined,
  };
}

function readSites(text: string): string[] {
  const sites = text
    .split(/[\s,]+/)
    .filter(Boolean)
    .map((site) => site.toLowerCase());
  for (const site of sites) {
    if (!/^(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*$/.test(site)) {
      throw new ConfigError("SITES", text, `"${site}" is not a hostname such as shop.example or *.shop.example`);
    }
  }
  return sites;
}

function readCalendar(timeZone: string): Calendar {
  try {
    return new Calendar(timeZone);
  } catch {
    throw new ConfigError("TIME_ZONE", timeZone, "not an IANA time zone such as Europe/Berlin");
  }
}

function readLabels(text: string): ListedLabels | undefined {
  if (!text.trim()) return undefined;
  const entries = text.split("|").map((entry) => entry.trim());
  for (const entry of entries) {
    if (!entry || entry.length > LABEL_MAX_CHARS || entry.includes(":")) {
      throw new ConfigError("LABELS", text, `"${entry}" is not a label, or a pattern such as cta-*; | is between them`);
    }
  }
  return new ListedLabels(entries);
}

function readAccess(teamDomain: string, audience: string): Config["access"] {
  if (!teamDomain && !audience) return undefined;
  if (!/^[a-z0-9-]+\.cloudflareaccess\.com$/.test(teamDomain)) {
    throw new ConfigError("ACCESS_TEAM_DOMAIN", teamDomain, "a name such as my-team.cloudflareaccess.com");
  }
  if (!/^[0-9a-f]{64}$/.test(audience)) {
    throw new ConfigError("ACCESS_AUD", audience, "the application's audience tag, 64 hexadecimal digits");
  }
  return { teamDomain, audience };
}

function readWhole(setting: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (!text.trim() || !Number.isInteger(value) || value < min || value > max) {
    throw new ConfigError(setting, text, `a whole number from ${min} to ${max}`);
  }
  return value;
}

function readChoice<Choice extends string>(setting: string, text: string, choices: readonly Choice[]): Choice {
  const choice = choices.find((one) => one === text);
  if (!choice) throw new ConfigError(setting, text, `one of ${choices.join(", ")}`);
  return choice;
}
