import type { Context, MiddlewareHandler } from "hono";
import { isToken, readBearer } from "./readers.ts";
import { readConfig } from "../../config/config.ts";
import { findInvalidTraffic, type InvalidTraffic } from "./invalid-traffic.ts";
import { refuse } from "../refuse.ts";
import { countRefused } from "./count-refused.ts";
import type { Problem } from "@tracker/sdk/protocol";
import { senderOf, siteOf, type SiteRefusal } from "../../model/site.ts";
import { addressOf, checkGuess, isLimited, refuseSpeed } from "./rate-limit.ts";
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
  if (bearer !== undefined) {
    const guess = await checkGuess(c, () => isToken(c.env, bearer));
    if (guess == "too many") return refuseSpeed(c);
    if (guess == "wrong") return refuse(c, "unauthorized", "this is not the token");
    c.set("isTrusted", true);
    return next();
  }
  c.set("isTrusted", false);
  const site = siteOf(sites, sender, undefined, false);
  if (!site.ok) return refuseSite(c, site);
  const address = addressOf(c.env, headers);
  const invalid = findInvalidTraffic(headers, countBots || address === undefined, c.req.path == "/track.gif");
  if (invalid) return refuseInvalidTraffic(c, site.value, invalid);
  if (await isLimited(c, `ping ${site.value}`)) {
    countRefused(c, site.value, "rate_limited");
    return refuseSpeed(c);
  }
  return next();
};

/** Refuses a sender that is of no site, or of another; counted under the site without a name. */
export function refuseSite(c: Context<AppEnv>, { code, message }: Problem<SiteRefusal>): Response {
  countRefused(c, "", code);
  return refuse(c, code, message);
}

export function refuseInvalidTraffic(c: Context<AppEnv>, site: string, reason: InvalidTraffic): Response {
  countRefused(c, site, reason);
  return refuse(c, reason, MESSAGES[reason]);
}
