import type { Context } from "hono";
import type * as v from "valibot";
import { deleteAccessToken, listAccessTokens } from "../d1/access-tokens.ts";
import type { AppEnv } from "../http/context.ts";
import { makeAccessToken, NewToken } from "../http/give-access.ts";
import { parseParameters } from "../http/parameters.ts";
import { readJson } from "../http/read-json.ts";
import { Refusal } from "../http/refuse.ts";
import type { AccessToken } from "../model/access-token.ts";
import type { MadeTokenAnswer, RevokedAnswer, TokenAnswer, TokensAnswer } from "./answers.ts";

/** `GET /api/tokens`: all access tokens and share links, without the secret of any. */
export async function listTokens(c: Context<AppEnv>): Promise<Response> {
  const tokens = await listAccessTokens(c.env.DB);
  return c.json({ tokens: tokens.map(describeToken) } satisfies v.InferOutput<typeof TokensAnswer>);
}

/** `POST /api/tokens`: makes one. This answer alone has its secret. */
export async function makeToken(c: Context<AppEnv>): Promise<Response> {
  const { token, secret } = await makeAccessToken(c, parseParameters(NewToken, await readJson(c)));
  c.header("cache-control", "no-store");
  return c.json({ ...describeToken(token), secret } satisfies v.InferOutput<typeof MadeTokenAnswer>);
}

/** `DELETE /api/tokens?id=…`: revokes one, at once. */
export async function revokeToken(c: Context<AppEnv>, id: string): Promise<Response> {
  if (!(await deleteAccessToken(c.env.DB, id))) throw new Refusal("not_found", "there is no such token");
  return c.json({ revoked: id } satisfies v.InferOutput<typeof RevokedAnswer>);
}

function describeToken({
  id,
  name,
  role,
  site,
  view,
  madeAt,
  endsAt,
  usedOn,
}: AccessToken): v.InferOutput<typeof TokenAnswer> {
  return { id, name, role, site, view, made_at: madeAt, ends_at: endsAt, used_on: usedOn };
}
