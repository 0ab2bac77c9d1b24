// Every setting of the Worker: its default, what it does and allows, and how its text becomes a value.
import { Calendar, LABEL_MAX_CHARS } from "@tracker/sdk/protocol";
import { ListedLabels } from "../model/listed-labels.ts";

interface Setting<Value> {
  default: string;
  /** What docs/settings.md says of it, and the error of a text that is not allowed. */
  words: string;
  /** @throws NotAllowed */
  read(text: string): Value;
}

/** Says where in the text the mistake is. It never repeats the text: strangers see the message. */
export class NotAllowed extends Error {
  override readonly name = "NotAllowed";
}

const SHARDS_MAX = 64;
const TOKEN_MIN_CHARS = 20;
const LOCATION_HINTS = ["wnam", "enam", "sam", "weur", "eeur", "apac", "oc", "afr", "me"] as const;
const JURISDICTIONS = ["eu", "fedramp"] as const;

/** The `[vars]` of wrangler.toml. */
export const SETTINGS = {
  SITES: {
    default: "",
    words: "hostnames that are counted, separated by spaces; `*.shop.example` with subdomains. Empty: any",
    read: readSites,
  },
  BASE_PATH: {
    default: "",
    words: 'the path that a route puts the tracker under, such as `"/t"`. Empty: none',
    read: (text) => readPattern(text, /^(\/[\w.~-]+)*$/),
  },
  TIME_ZONE: { default: "UTC", words: "whose midnight ends a day: an IANA name", read: readCalendar },
  SHARDS: {
    default: "1",
    words: `Durable Objects that share a day's pings, 1 to ${SHARDS_MAX}; a change begins with the next day`,
    read: (text) => readWhole(text, 1, SHARDS_MAX),
  },
  MAX_LABELS_PER_DAY: {
    default: "10000",
    words: "different pings per day, site and object, 1 to 100,000; what is beyond counts as `(other)`",
    read: (text) => readWhole(text, 1, 100_000),
  },
  LABELS: {
    default: "",
    words: 'the only labels that count, `*` for any text: `"signup|cta-*"`. Empty: any',
    read: readLabels,
  },
  COUNT_BOTS: { default: "false", words: '`"true"` counts bots and programs too', read: readBoolean },
  COMMIT_WINDOW_MS: {
    default: "250",
    words: "the longest a batch waits to share a journal row, 0 to 1,000",
    read: (text) => readWhole(text, 0, 1_000),
  },
  RETENTION_DAYS: {
    default: "0",
    words: "days that statistics are kept, up to 36,500; 0 keeps all",
    read: (text) => readWhole(text, 0, 36_500),
  },
  PUBLIC_STATS: { default: "false", words: '`"true"` lets anyone read `/get_stats/`', read: readBoolean },
  ACCESS_TEAM_DOMAIN: {
    default: "",
    words: "Cloudflare Access: `my-team.cloudflareaccess.com`",
    read: (text) => readPattern(text, /^([a-z0-9-]+\.cloudflareaccess\.com)?$/),
  },
  ACCESS_AUD: {
    default: "",
    words: "Cloudflare Access: the application's audience tag, 64 hexadecimal digits",
    read: (text) => readPattern(text, /^([0-9a-f]{64})?$/),
  },
  LOCATION_HINT: {
    default: "",
    words: `where new objects are made: ${listWords(LOCATION_HINTS)}`,
    read: (text) => readChoice(text, LOCATION_HINTS),
  },
  JURISDICTION: {
    default: "",
    words: `${listWords(JURISDICTIONS)}: where data must stay`,
    read: (text) => readChoice(text, JURISDICTIONS),
  },
  PLAN: {
    default: "free",
    words: '`"paid"` on Workers Paid: which limits [`/healthz`](health.md) warns of; else `"free"`',
    read: (text) => readChoice(text, ["free", "paid"] as const),
  },
  DEVELOPMENT: {
    default: "false",
    words: '`"true"` on your own machine: its requests are neither limited nor taken for bots',
    read: readBoolean,
  },
} satisfies Record<string, Setting<unknown>>;

/** What wrangler.toml must not hold: `npx wrangler secret put NAME`. */
export const SECRETS = {
  ADMIN_TOKEN: {
    default: "",
    words: `may do everything, with or without the database; at least ${TOKEN_MIN_CHARS} characters`,
    read: readToken,
  },
  ADMIN_TOKEN_NEXT: {
    default: "",
    words: "valid beside it, so that the token can be changed without a gap",
    read: readToken,
  },
  WEBHOOK_URL: {
    default: "",
    words: "where messages of [rules](rules-and-webhook.md) go: an `https://` address, such as Slack gives",
    read: readWebhookUrl,
  },
  WEBHOOK_SECRET: {
    default: "",
    words: "what they are signed with: `whsec_` and 24 to 64 bytes as base64. Empty: they are not",
    read: readWebhookSecret,
  },
} satisfies Record<string, Setting<unknown>>;

function readSites(text: string): string[] {
  const sites = splitWords(text).map((site) => site.toLowerCase());
  const wrong = sites.findIndex((site) => !/^(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*$/.test(site));
  if (wrong >= 0) throw new NotAllowed(`number ${wrong + 1} is not a hostname`);
  return sites;
}

function readCalendar(text: string): Calendar {
  try {
    return new Calendar(text.trim());
  } catch {
    throw new NotAllowed();
  }
}

function readLabels(text: string): ListedLabels | undefined {
  if (!text.trim()) return undefined;
  const entries = text.split("|").map((entry) => entry.trim());
  const wrong = entries.findIndex((entry) => !entry || entry.length > LABEL_MAX_CHARS || entry.includes(":"));
  if (wrong >= 0) throw new NotAllowed(`number ${wrong + 1} is not a label`);
  return new ListedLabels(entries);
}

/** A token that is short, or all space, could be guessed. */
function readToken(text: string): string {
  if (text && (text.trim() !== text || text.length < TOKEN_MIN_CHARS)) throw new NotAllowed();
  return text;
}

/** Elsewhere than on this machine https alone: what it says is the owner's. */
function readWebhookUrl(text: string): string {
  if (!text) return "";
  const url = URL.parse(text);
  const isLoopback = ["localhost", "127.0.0.1", "[::1]"].includes(url?.hostname ?? "");
  const isAllowed = url?.protocol == "https:" || (url?.protocol == "http:" && isLoopback);
  if (!url || !isAllowed || url.username || url.password) throw new NotAllowed();
  return url.href;
}

function readWebhookSecret(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (!text) return undefined;
  const [, base64 = ""] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(text) ?? [];
  try {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    if (bytes.length >= 24 && bytes.length <= 64) return bytes;
  } catch {
    // Told below.
  }
  throw new NotAllowed();
}

function readWhole(text: string, min: number, max: number): number {
  const value = Number(text);
  if (!text.trim() || !Number.isInteger(value) || value < min || value > max) throw new NotAllowed();
  return value;
}

function readBoolean(text: string): boolean {
  return readChoice(text, ["true", "false"] as const) === "true";
}

function readPattern(text: string, pattern: RegExp): string {
  if (!pattern.test(text)) throw new NotAllowed();
  return text;
}

function readChoice<Choice extends string>(text: string, choices: readonly Choice[]): Choice | undefined {
  const choice = choices.find((one) => one === text);
  if (text && !choice) throw new NotAllowed();
  return choice;
}

function splitWords(text: string): string[] {
  return text.split(/[\s,]+/).filter(Boolean);
}

function listWords(words: readonly string[]): string {
  const names = words.map((word) => `\`${word}\``);
  return `${names.slice(0, -1).join(", ")} or ${names.at(-1)}`;
}
