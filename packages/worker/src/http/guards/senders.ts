import type { Context, MiddlewareHandler } from "hono";
import { findHolder, readBearer } from "./callers.ts";
import { readConfig } from "../../config/config.ts";
import { findInvalidTraffic, type InvalidTraffic } from "./invalid-traffic.ts";
import { orRefuse, Refusal } from "../refuse.ts";
import { countRefused } from "./count-refused.ts";
import type { Result } from "@tracker/sdk/protocol";
import { senderOf, siteOf, type SiteRefusal } from "../../model/site.ts";
import { addressOf, isLimited, tooFast } from "./rate-limit.ts";
import type { Caller } from "../../model/access-token.ts";
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
    c.set("caller", await findTrusted(c, bearer));
    return next();
  }
  const site = readSender(c, siteOf(sites, sender, undefined, false));
  const address = addressOf(c.env, headers);
  const invalid = findInvalidTraffic(headers, countBots || address === undefined, c.req.path == "/track.gif");
  if (invalid) throw invalidTraffic(c, site, invalid);
  if (await isLimited(c, `ping ${site}`)) {
    countRefused(c, site, "rate_limited");
    throw tooFast(c, "ping");
  }
  return next();
};

/** Whom a sender's token stands for. @throws Refusal where it is wrong, or does not let its holder send. */
async function findTrusted(c: Context<AppEnv>, token: string): Promise<Caller> {
  const found = await findHolder(c, token);
  if (!found.ok)
    throw new Refusal(found.code, found.code == "unauthorized" ? "this is not the token" : "the token has ended");
  if (found.caller.role == "viewer")
    throw new Refusal("forbidden", "this token's role is viewer: it reads, and sends nothing");
  return found.caller;
}

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
