import type { Context, MiddlewareHandler } from "hono";
import type { AppEnv } from "../context.ts";
import { refuse } from "../refuse.ts";
import { adminTokens } from "./signed-token.ts";
import type { Env } from "../../env.ts";

/**
 * The address that a request came from, as Cloudflare says it; nothing for requests of this machine itself, which only
 * exist in development: `npm start`, `wrangler dev`, tests. Those are neither limited nor taken for bots.
 */
export function addressOf(headers: Headers): string | undefined {
  const address = headers.get("cf-connecting-ip");
  return address === null || address === "127.0.0.1" || address === "::1" ? undefined : address;
}

// Where there is no admin token to keep it secret with.
let spareSecret: string | undefined;

/**
 * Whether this address has asked too often for this purpose. The limiter is given a digest with a secret and the day in it: an
 * address is neither stored nor logged, and cannot be told from what the limiter holds for its minute.
 *
 * A limiter that fails lets through: it must not stop honest pings.
 */
export async function isTooFast(env: Env, limiter: RateLimit, address: string, purpose: string): Promise<boolean> {
  const secret = adminTokens(env)[0] ?? (spareSecret ??= crypto.randomUUID());
  const day = Math.floor(Date.now() / 86_400_000);
  const text = new TextEncoder().encode([day, secret, purpose, networkOf(address)].join("\n"));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", text));
  const key = btoa(String.fromCharCode(...digest));
  const { success } = await limiter.limit({ key }).catch(() => ({ success: true }));
  return !success;
}

/** One IPv6 subscriber has 2^64 addresses: the first four groups tell who it is. */
function networkOf(address: string): string {
  if (!address.includes(":")) return address;
  const [head = "", tail] = address.split("::", 2);
  const groups = head.split(":");
  const missing = tail === undefined ? 0 : 8 - groups.length - tail.split(":").length;
  return [...groups, ...Array<string>(Math.max(0, missing)).fill("0")].slice(0, 4).join(":");
}

/** Keeps one address from reading, or guessing tokens, without end. */
export const limitReads: MiddlewareHandler<AppEnv> = async (c, next) =>
  (await isLimited(c, c.env.RATE_LIMIT, "read")) ? refuseSpeed(c) : next();

/** Keeps one address from trying tokens at the login. Looking at the form is no attempt. */
export const limitLogins: MiddlewareHandler<AppEnv> = async (c, next) => {
  return c.req.method == "POST" && (await isLimited(c, c.env.LOGIN_LIMIT, "login")) ? refuseSpeed(c) : next();
};

export async function isLimited(c: Context<AppEnv>, limiter: RateLimit | undefined, purpose: string): Promise<boolean> {
  const address = addressOf(c.req.raw.headers);
  return limiter !== undefined && address !== undefined && isTooFast(c.env, limiter, address, purpose);
}

export function refuseSpeed(c: Context<AppEnv>): Response {
  return refuse(c, "rate_limited", "too many requests from this address");
}
