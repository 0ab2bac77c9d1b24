import type { Calendar } from "@tracker/sdk/protocol";
import type { Env } from "../env.ts";
import type { Plan } from "../model/problems.ts";
import type { ListedLabels } from "../model/listed-labels.ts";
import { NotAllowed, SECRETS, SETTINGS } from "./settings.ts";

/** The settings, checked and typed. */
export interface Config {
  /** Hostnames, and `*.` patterns, that may send pings; empty: one site, any origin. */
  sites: readonly string[];
  /** Empty, or `/t` where all routes lie below it. */
  basePath: string;
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
  /** The Cloudflare Access application whose users are admins. */
  access: { teamDomain: string; audience: string } | undefined;
  locationHint: DurableObjectLocationHint | undefined;
  jurisdiction: DurableObjectJurisdiction | undefined;
  /** Whether requests of this machine itself, which have no visitor's address, are trusted to be the developer's. */
  isDevelopment: boolean;
  /** Where messages of rules go; the key that they are signed with, if they are. */
  webhook: { url: string; secret: Uint8Array<ArrayBuffer> | undefined } | undefined;
  /** Whose limits are warned of. */
  plan: Plan;
  /** The tokens that are valid now, the one to sign with first. Two at a time, so that they can be changed without a gap. */
  adminTokens: readonly string[];
}

/** A setting's value is not allowed. Every request fails with it until it is put right. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly code = "bad_setting";
}

const cache = new WeakMap<Env, Config | ConfigError>();

/**
 * Reads the settings.
 *
 * @throws ConfigError naming the setting and what is allowed, never the value: strangers see the message.
 */
export function readConfig(env: Env): Config {
  let config = cache.get(env);
  if (!config) {
    config = parseConfig(env);
    cache.set(env, config);
  }
  if (config instanceof ConfigError) throw config;
  return config;
}

const ALL = { ...SETTINGS, ...SECRETS };

function parseConfig(env: Env): Config | ConfigError {
  try {
    const [teamDomain, audience] = [read(env, "ACCESS_TEAM_DOMAIN"), read(env, "ACCESS_AUD")];
    if (!teamDomain !== !audience) return new ConfigError("ACCESS_TEAM_DOMAIN, ACCESS_AUD: both, or neither");
    const calendar = read(env, "TIME_ZONE");
    const [webhookUrl, isDevelopment] = [read(env, "WEBHOOK_URL"), read(env, "DEVELOPMENT")];
    if (webhookUrl.startsWith("http:") && !isDevelopment) {
      return new ConfigError("WEBHOOK_URL: http is for this machine itself, with DEVELOPMENT; use https");
    }
    return {
      sites: read(env, "SITES"),
      basePath: read(env, "BASE_PATH"),
      calendar,
      timeZone: textOf(env, "TIME_ZONE").trim(),
      shards: read(env, "SHARDS"),
      maxLabelsPerDay: read(env, "MAX_LABELS_PER_DAY"),
      labels: read(env, "LABELS"),
      countBots: read(env, "COUNT_BOTS"),
      commitWindowMs: read(env, "COMMIT_WINDOW_MS"),
      retentionDays: read(env, "RETENTION_DAYS"),
      publicStats: read(env, "PUBLIC_STATS"),
      access: teamDomain ? { teamDomain, audience } : undefined,
      locationHint: read(env, "LOCATION_HINT"),
      jurisdiction: read(env, "JURISDICTION"),
      isDevelopment,
      webhook: webhookUrl ? { url: webhookUrl, secret: read(env, "WEBHOOK_SECRET") } : undefined,
      plan: read(env, "PLAN") ?? "free",
      adminTokens: [read(env, "ADMIN_TOKEN"), read(env, "ADMIN_TOKEN_NEXT")].filter(Boolean),
    };
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
}

type Name = keyof typeof ALL;

function read<Key extends Name>(env: Env, name: Key): ReturnType<(typeof ALL)[Key]["read"]> {
  const { words, read: readText } = ALL[name];
  try {
    return readText(textOf(env, name)) as ReturnType<(typeof ALL)[Key]["read"]>;
  } catch (error) {
    if (!(error instanceof NotAllowed)) throw error;
    const where = error.message && ` (${error.message})`;
    throw new ConfigError(
      `${name} has a value that is not allowed${where}. What it does: ${words.replaceAll("`", "")}`,
    );
  }
}

function textOf(env: Env, name: Name): string {
  return env[name] || ALL[name].default;
}
