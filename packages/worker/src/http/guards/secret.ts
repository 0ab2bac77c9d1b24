/**
 * The secret part of an access token: 32 random bytes. Whoever has D1's copy of it, a SHA-256, would have to guess 2^256 of them, so a
 * fast digest is right here; slow ones are for what people think up. It is looked up by its digest, so the time of a look-up tells
 * something of a digest that its sender cannot choose, and nothing of the token.
 */
import { base64url } from "jose";

// Tells it from ADMIN_TOKEN without a question to D1, and helps scanners to find one that was published by mistake.
const PREFIX = "trk_";

export function makeSecret(): string {
  return PREFIX + base64url.encode(crypto.getRandomValues(new Uint8Array(32)));
}

/** Whether a text has the shape of one. */
export function isSecret(text: string): boolean {
  return /^trk_[\w-]{43}$/.test(text);
}

/** SHA-256, as base64url. */
export async function digestOf(text: string): Promise<string> {
  return base64url.encode(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text))));
}
