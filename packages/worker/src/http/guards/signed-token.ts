import { jwtVerify, SignJWT } from "jose";
import { JWTExpired } from "jose/errors";
import { readConfig } from "../../config/config.ts";
import { readSigningSalt } from "../../d1/signing.ts";
import type { Env } from "../../env.ts";

/**
 * What the Worker hands out and later takes back: a JWT signed (HS256) with a key of the admin token, so that a changed admin
 * token ends all of them, and of a random salt in D1, so that no JWT helps to guess the admin token. The audience keeps one kind
 * from passing for another.
 */
export type Audience = "session" | "share" | "heatmap";

export type Verified =
  | { ok: true; site: string; tokenId: string | undefined; opening: string | undefined; issuedAt: number }
  | { ok: false; code: "unauthorized" | "token_expired" };

/** What a signed token says. */
interface Claims {
  /** Of a heat map's: whose counts it reads. */
  site?: string;
  /** Of a session's, and of a share link's: the access token that it was made with; absent: the admin token. */
  tokenId?: string | undefined;
  /** Of a heat map's: the opening that the dashboard waits for. */
  opening?: string | undefined;
}

/** @param expiresAt Ms since epoch. @throws TypeError when there is no admin token. */
export async function signToken(
  env: Env,
  audience: Audience,
  { site = "", tokenId, opening }: Claims,
  expiresAt: number,
): Promise<string> {
  const [secret] = readConfig(env).adminTokens;
  if (secret === undefined) throw new TypeError("ADMIN_TOKEN is not set");
  return new SignJWT({ site, ...(tokenId !== undefined && { sub: tokenId }), ...(opening && { jti: opening }) })
    .setProtectedHeader({ alg: "HS256" })
    .setAudience(audience)
    .setIssuedAt()
    .setExpirationTime(Math.floor(expiresAt / 1000))
    .sign(await deriveKey(env, secret));
}

export async function verifyToken(env: Env, audience: Audience, token: string): Promise<Verified> {
  for (const secret of readConfig(env).adminTokens) {
    const key = await deriveKey(env, secret);
    try {
      const options = { algorithms: ["HS256"], audience, requiredClaims: ["exp"] };
      const { payload } = await jwtVerify(token, key, options);
      const { site, sub: tokenId, jti: opening, iat = 0 } = payload;
      return { ok: true, site: String(site), tokenId, opening, issuedAt: iat * 1000 };
    } catch (error) {
      if (error instanceof JWTExpired) return { ok: false, code: "token_expired" };
    }
  }
  return { ok: false, code: "unauthorized" };
}

/** Whether a text has the shape of such a token: three parts of base64url. */
export function isSignedToken(text: string): boolean {
  return /^[\w-]+\.[\w-]+\.[\w-]+$/.test(text);
}

// The salt never changes.
const salts = new WeakMap<D1Database, string>();

async function deriveKey(env: Env, secret: string): Promise<Uint8Array> {
  const salt = salts.get(env.DB) ?? (await readSigningSalt(env.DB));
  salts.set(env.DB, salt);
  const text = new TextEncoder().encode(`tracker signing key\n${salt}\n${secret}`);
  return new Uint8Array(await crypto.subtle.digest("SHA-256", text));
}
