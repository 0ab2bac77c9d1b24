import type { Context } from "hono";
import { base64url } from "jose";
import * as v from "valibot";
import { readConfig } from "../config/config.ts";
import { countAccessTokens, deleteEndedBefore, insertAccessToken } from "../d1/access-tokens.ts";
import { ROLES, type AccessToken } from "../model/access-token.ts";
import type { AppEnv } from "./context.ts";
import { digestOf, makeSecret } from "./guards/secret.ts";
import { ParameterError, readSite, whole } from "./parameters.ts";
import { Refusal } from "./refuse.ts";

const DAY_MS = 86_400_000;
/** How long a token that has ended is still listed. */
const ENDED_KEPT_MS = 30 * DAY_MS;
/** One page lists them all. */
const TOKENS_MAX = 1_000;
const NAME_MAX_CHARS = 100;

/** What is asked for where a token is made, as JSON or as a form. */
export const NewToken = v.strictObject({
  name: v.pipe(
    v.string(),
    v.trim(),
    v.nonEmpty("say whose it is, or what for"),
    v.maxLength(NAME_MAX_CHARS, `at most ${NAME_MAX_CHARS} characters`),
    v.description("whose it is, or what for"),
  ),
  role: v.pipe(v.picklist(ROLES, `one of ${ROLES.join(", ")}`), v.description("read; send as a server; everything")),
  site: v.optional(v.pipe(v.string(), v.description("the one site that it is for, default all; never with admin"))),
  days: v.optional(
    v.union([
      v.pipe(
        v.literal(""),
        v.transform(() => undefined),
      ),
      v.pipe(v.number(), v.transform(String), whole(1, 3_650, "it ends after so many days, default never")),
      whole(1, 3_650, "it ends after so many days, default never"),
    ]),
  ),
});

/** A token's parts that whoever makes it decides. */
type Given = Pick<AccessToken, "name" | "role" | "site" | "view" | "endsAt">;

/**
 * Makes an access token. `secret` is what its holder sends; it is known now and never again.
 *
 * @throws ParameterError where an admin's token is to be for one site: who may make tokens can make one for another.
 */
export async function makeAccessToken(
  c: Context<AppEnv>,
  { name, role, site, days }: v.InferOutput<typeof NewToken>,
): Promise<{ token: AccessToken; secret: string }> {
  const only = readSite(c, site);
  if (only !== undefined && readConfig(c.env).sites.length === 0) throw new ParameterError("site", "SITES is not set");
  if (only !== undefined && role === "admin") throw new ParameterError("site", "an admin's token is for all sites");
  const endsAt = days === undefined ? null : Date.now() + days * DAY_MS;
  return giveAccess(c, { name, role, site: only ?? null, view: null, endsAt });
}

/** @throws Refusal where there are too many. */
export async function giveAccess(c: Context<AppEnv>, given: Given): Promise<{ token: AccessToken; secret: string }> {
  const { DB } = c.env;
  const now = Date.now();
  await deleteEndedBefore(DB, now - ENDED_KEPT_MS);
  if ((await countAccessTokens(DB)) >= TOKENS_MAX) {
    throw new Refusal("limit_reached", `there are ${TOKENS_MAX} tokens and share links: revoke some first`);
  }
  const secret = makeSecret();
  const id = base64url.encode(crypto.getRandomValues(new Uint8Array(9)));
  const token: AccessToken = { id, ...given, madeAt: now, usedOn: null };
  await insertAccessToken(DB, token, await digestOf(secret));
  return { token, secret };
}
