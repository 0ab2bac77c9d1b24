import type { Context } from "hono";
import type { AppEnv } from "../../http/context.ts";
import { parseParameters } from "../../http/parameters.ts";
import { ChangesQuery, type ChangesParameters } from "../../http/read-changes.ts";

/** A list's parameters, without those that a form sent empty. @throws ParameterError */
export function readListParameters(c: Context<AppEnv>): ChangesParameters {
  const given = Object.entries(c.req.query()).filter(([, value]) => value !== "");
  return parseParameters(ChangesQuery, Object.fromEntries(given));
}
