import type { Context } from "hono";
import type { AppEnv } from "../context.ts";
import { Refusal } from "../refuse.ts";
import { readConfig } from "../../config/config.ts";
import { RATE_LIMITS, type LimitName } from "../../config/rate-limits.ts";
import type { Env } from "../../env.ts";

const MINUTE_MS = 60_000;

/**
 * The address that a request came from, as Cloudflare says it. With DEVELOPMENT, requests from this machine have none (`undefined`), and are
 * neither limited nor taken for bots. Without DEVELOPMENT, requests without an address share one, `""`.
 */
export function addressOf(env: Env, headers: Headers): string | undefined {
  const address = headers.get("cf-connecting-ip") ?? "";
  return readConfig(env).isDevelopment && ["", "127.0.0.1", "::1"].includes(address) ? undefined : address;
}

// Keys the digests while there is no admin token.
let spareSecret: string | undefined;

/**
 * Whether this network has asked too often for this purpose. The limiter gets a digest that is keyed by a secret and the day, so nobody can
 * tell the address from what the limiter keeps for its minute.
 *
 * If the limiter fails, the request is let through: honest pings must not stop.
 */
async function isTooFast(env: Env, limiter: RateLimit, network: string, purpose: string): Promise<boolean> {
  const { success } = await limiter
    .limit({ key: await digest(env, network, purpose) })
    .catch(() => ({ success: true }));
  return !success;
}

async function digest(env: Env, network: string, purpose: string): Promise<string> {
  const secret = readConfig(env).adminTokens[0] ?? (spareSecret ??= crypto.randomUUID());
  const day = Math.floor(Date.now() / 86_400_000);
  const text = new TextEncoder().encode([day, secret, purpose, network].join("\n"));
  return btoa(String.fromCharCode(...new Uint8Array(await crypto.subtle.digest("SHA-256", text))));
}

/**
 * The first bits of an IPv6 address: one subscriber has up to 2^72 of them, a /56. IPv4 addresses are kept.
 *
 * @param bits A multiple of 4.
 */
function networkOf(address: string, bits: number): string {
  if (!address.includes(":")) return address;
  const [head = "", tail] = address.split("::", 2);
  const groups = head.split(":");
  const missing = tail === undefined ? 0 : 8 - groups.length - tail.split(":").length;
  const all = [...groups, ...Array<string>(Math.max(0, missing)).fill("0")];
  const digits = all.map((group) => group.toLowerCase().padStart(4, "0")).join("");
  return digits.slice(0, bits / 4);
}

/** Keeps one address from reading without end. @throws Refusal */
export async function limitReads(c: Context<AppEnv>): Promise<void> {
  if (await isLimited(c, "read")) throw tooFast(c, "read");
  c.header("ratelimit-policy", policyOf("read"));
}

export async function isLimited(c: Context<AppEnv>, purpose: string): Promise<boolean> {
  const address = addressOf(c.env, c.req.raw.headers);
  const limiter = c.env.RATE_LIMIT;
  return limiter !== undefined && address !== undefined && isTooFast(c.env, limiter, networkOf(address, 56), purpose);
}

/**
 * The refusal, with the headers of the IETF's draft. `RateLimit` has what is left, which a limiter says only where it is nothing; so other
 * answers have the policy alone.
 * https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/
 */
export function tooFast(c: Context<AppEnv>, limit: LimitName): Refusal {
  c.header("ratelimit-policy", policyOf(limit));
  c.header("ratelimit", `"${limit}";r=0;t=${RATE_LIMITS[limit].windowSeconds}`);
  return new Refusal("rate_limited", "too many requests from this address");
}

/** Networks that guessed too often, by their digest, and until when they are ignored. Each isolate has a list of its own. */
const guessing = new Map<string, number>();
const GUESSING_MAX = 10_000;

/**
 * What a token that somebody sent stands for; nothing where it is wrong.
 *
 * @param find Finds out; nothing: a wrong guess.
 * @throws Refusal beyond LOGIN_LIMIT wrong ones a minute. Then their network is not even told that a token is right: otherwise guessing
 * could go on. Right tokens are never counted.
 */
export async function judgeGuess<Found>(
  c: Context<AppEnv>,
  find: () => Promise<Found | undefined>,
): Promise<Found | undefined> {
  const address = addressOf(c.env, c.req.raw.headers);
  const limiter = c.env.LOGIN_LIMIT;
  if (address === undefined || limiter === undefined) return find();
  // A wider network than for pings: nobody honest sends wrong tokens by the minute.
  const network = networkOf(address, 48);
  const key = await digest(c.env, network, "guess");
  if ((guessing.get(key) ?? 0) > Date.now()) throw tooFast(c, "guess");
  const found = await find();
  if (found !== undefined) return found;
  if (!(await isTooFast(c.env, limiter, network, "guess"))) return undefined;
  if (guessing.size >= GUESSING_MAX) guessing.clear();
  guessing.set(key, Date.now() + MINUTE_MS);
  throw tooFast(c, "guess");
}

function policyOf(limit: LimitName): string {
  const { quota, windowSeconds } = RATE_LIMITS[limit];
  return `"${limit}";q=${quota};w=${windowSeconds}`;
}
