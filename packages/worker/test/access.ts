import { env } from "cloudflare:workers";
import { insertAccessToken } from "../src/d1/access-tokens.ts";
import { digestOf, makeSecret } from "../src/http/guards/secret.ts";
import { signToken } from "../src/http/guards/signed-token.ts";
import type { AccessToken } from "../src/model/access-token.ts";

export const SESSION_COOKIE = "__Host-tracker_session";

let ids = 0;

/** Gives out an access token of all sites that does not end, but for what is said otherwise; returns what its holder sends. */
export async function giveToken(fields: Partial<AccessToken>): Promise<{ id: string; secret: string }> {
  const secret = makeSecret();
  const id = `token${++ids}`;
  const token = { id, name: id, role: "viewer" as const, site: null, view: null, madeAt: Date.now() };
  await insertAccessToken(env.DB, { ...token, endsAt: null, usedOn: null, ...fields }, await digestOf(secret));
  return { id: fields.id ?? id, secret };
}

/** The cookie of a session that was made with an access token, or with ADMIN_TOKEN. */
export async function sessionOf(tokenId?: string): Promise<string> {
  return `${SESSION_COOKIE}=${await signToken(env, "session", { tokenId }, Date.now() + 3_600_000)}`;
}

export function bearer(token: string): { authorization: string } {
  return { authorization: `Bearer ${token}` };
}
