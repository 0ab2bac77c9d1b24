import { jwtVerify, SignJWT } from "jose";
import { JWTExpired } from "jose/errors";
import type { Env } from "../../env.ts";

/**
 * What the Worker hands out and later takes back: a JWT signed (HS256) with a key derived from the admin token, so that a
 * changed admin token ends all of them. The audience keeps one kind from passing for another.
 */
export type Audience = "session" | "heatmap";

export type Verified = { ok: true; site: string } | { ok: false; code: "unauthorized" | "token_expired" };

/** The tokens that are valid now, the one to sign with first. Two at a time, so that they can be changed without a gap. */
export function adminTokens(env: Env): string[] {
  return [env.ADMIN_TOKEN, env.ADMIN_TOKEN_NEXT].filter((token): token is string => !!token);
}

/** @param expiresAt Ms since epoch. @throws TypeError when there is no admin token. */
export async function signToken(env: Env, audience: Audience, site: string, expiresAt: number): Promise<string> {
  const [secret] = adminTokens(env);
  if (secret === undefined) throw new TypeError("ADMIN_TOKEN is not set");
  return new SignJWT({ site })
    .setProtectedHeader({ alg: "HS256" })
    .setAudience(audience)
    .setExpirationTime(Math.floor(expiresAt / 1000))
    .sign(await deriveKey(secret));
}

export async function verifyToken(env: Env, audience: Audience, token: string): Promise<Verified> {
  for (const secret of adminTokens(env)) {
    try {
      const options = { algorithms: ["HS256"], audience, requiredClaims: ["exp"] };
      const { payload } = await jwtVerify(token, await deriveKey(secret), options);
      return { ok: true, site: String(payload.site) };
    } catch (error) {
      if (error instanceof JWTExpired) return { ok: false, code: "token_expired" };
    }
  }
  return { ok: false, code: "unauthorized" };
}

async function deriveKey(secret: string): Promise<Uint8Array> {
  return new Uint8Array(
    await crypto.subtle.digest("SHA-256", new TextEncoder().encode(`tracker signing key\n${secret}`)),
  );
}
