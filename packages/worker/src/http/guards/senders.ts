import type { Context, MiddlewareHandler } from "hono";
import { isToken, readBearer } from "./readers.ts";
import { readConfig } from "../../config/config.ts";
import { noiseOf, type Noise } from "./bots.ts";
import { refuse } from "../refuse.ts";
import { countRefused } from "./count-refused.ts";
import type { Problem } from "@tracker/sdk/protocol";
import { senderOf, siteOf, type SiteRefusal } from "../../model/site.ts";
import { addressOf, checkGuess, isLimited, refuseSpeed } from "./rate-limit.ts";
import type { AppEnv } from "../context.ts";

const NOISE_MESSAGES: Record<Noise, string> = {
  bot: "the user agent is a bot's or a program's: set COUNT_BOTS to count them, or send the token",
  prefetch: "a prefetch is not a visit",
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
  const noise = noiseOf(headers, countBots || address === undefined);
  if (noise) return refuseNoise(c, site.value, noise);
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

export function refuseNoise(c: Context<AppEnv>, site: string, noise: Noise): Response {
  countRefused(c, site, noise);
  return refuse(c, noise, NOISE_MESSAGES[noise]);
}
