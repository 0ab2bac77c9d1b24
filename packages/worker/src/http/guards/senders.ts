import type { Context, MiddlewareHandler } from "hono";
import { isToken, readBearer } from "./readers.ts";
import { readConfig } from "../../config/config.ts";
import { findInvalidTraffic, type InvalidTraffic } from "./invalid-traffic.ts";
import { orRefuse, Refusal } from "../refuse.ts";
import { countRefused } from "./count-refused.ts";
import type { Result } from "@tracker/sdk/protocol";
import { senderOf, siteOf, type SiteRefusal } from "../../model/site.ts";
import { addressOf, isLimited, isRightGuess, tooFast } from "./rate-limit.ts";
import type { AppEnv } from "../context.ts";

const MESSAGES: Record<InvalidTraffic, string> = {
  bot: "the user agent is a bot's or a program's: set COUNT_BOTS to count them, or send the token",
  prefetch: "a prefetch is not a visit",
  embedded:
    "a picture, a frame or a link of another site is no action; for an image without scripts there is /track.gif",
};

/**
 * Lets through who may send pings, before the body is read. The token vouches for its sender: a server sends for many visitors,
 * quickly, and as a program.
 */
export const admitSender: MiddlewareHandler<AppEnv> = async (c, next) => {
  const { sites, countBots } = readConfig(c.env);
  const headers = c.req.raw.headers;
  const sender = senderOf(headers);
  c.set("sender", sender);
  const bearer = readBearer(c);
  c.set("isTrusted", bearer !== undefined);
  if (bearer !== undefined) {
    if (!(await isRightGuess(c, () => isToken(c.env, bearer))))
      throw new Refusal("unauthorized", "this is not the token");
    return next();
  }
  const site = readSender(c, siteOf(sites, sender, undefined, false));
  const address = addressOf(c.env, headers);
  const invalid = findInvalidTraffic(headers, countBots || address === undefined, c.req.path == "/track.gif");
  if (invalid) throw invalidTraffic(c, site, invalid);
  if (await isLimited(c, `ping ${site}`)) {
    countRefused(c, site, "rate_limited");
    throw tooFast();
  }
  return next();
};

/** The site of a sender. @throws Refusal where it is of no site, or of another; counted under the site without a name. */
export function readSender(c: Context<AppEnv>, site: Result<string, SiteRefusal>): string {
  if (!site.ok) countRefused(c, "", site.code);
  return orRefuse(site);
}

/** Why a request is no visitor's action, which is counted. */
export function invalidTraffic(c: Context<AppEnv>, site: string, reason: InvalidTraffic): Refusal {
  countRefused(c, site, reason);
  return new Refusal(reason, MESSAGES[reason]);
}
