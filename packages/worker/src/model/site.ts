import type { Result } from "@tracker/sdk/protocol";

export type SiteRefusal = "site_unknown" | "site_not_yours";

/**
 * Which site a ping belongs to: the hostname of the page that sent it, as the browser says it, so that no page can speak for
 * another site. `''` where only one site is served. `*.shop.example` stands for the site `shop.example` with all its subdomains.
 *
 * @param sender As `senderOf` says.
 * @param claimed The site that the batch names, if it does.
 * @param isTrusted Whether the sender has a token: then it may name any site.
 * @param only The one site that the sender's token is for, if it is for one.
 */
export function siteOf(
  sites: readonly string[],
  sender: string | undefined,
  claimed: string | undefined,
  isTrusted: boolean,
  only?: string,
): Result<string, SiteRefusal> {
  if (sites.length == 0 && only === undefined) return { ok: true, value: "" };
  const named = isTrusted ? (claimed ?? only ?? sender) : sender;
  if (named === undefined) {
    return { ok: false, code: "site_unknown", message: "no Origin or Referer says which site this is, and no token" };
  }
  const site = matchSite(sites, named);
  if (site === undefined) return { ok: false, code: "site_unknown", message: `"${named}" is not one of SITES` };
  if (claimed !== undefined && matchSite(sites, claimed) !== site) {
    return { ok: false, code: "site_not_yours", message: `a page of "${named}" cannot count for another site` };
  }
  if (only !== undefined && site !== only) {
    return { ok: false, code: "site_not_yours", message: `this token counts for "${only}" only` };
  }
  return { ok: true, value: site };
}

/** The site that a hostname belongs to; nothing where it is none of them. A pattern of SITES is no hostname. */
export function matchSite(sites: readonly string[], hostname: string): string | undefined {
  const host = hostname.toLowerCase();
  if (host.includes("*")) return undefined;
  if (sites.includes(host)) return host;
  const pattern = sites.find(
    (site) => site.startsWith("*.") && (host.endsWith(site.slice(1)) || host === site.slice(2)),
  );
  return pattern?.slice(2);
}

/**
 * Which site's statistics to read: the one asked for, or the first.
 *
 * @param only The one site that may be read, where not all may.
 */
export function siteToRead(
  sites: readonly string[],
  wanted: string | undefined,
  only: string | undefined,
): Result<string, "bad_parameter" | "site_not_yours"> {
  const name = wanted ?? only ?? sites[0]?.replace("*.", "") ?? "";
  const site = sites.length == 0 ? "" : matchSite(sites, name);
  if (site === undefined) {
    return { ok: false, code: "bad_parameter", message: `site: "${name}" is not one of SITES` };
  }
  if (only !== undefined && site !== only) {
    return { ok: false, code: "site_not_yours", message: `this token reads the statistics of "${only}" only` };
  }
  return { ok: true, value: site };
}

/** The hostname of the page that sent a request, as the browser says it. */
export function senderOf(headers: Headers): string | undefined {
  const url = headers.get("origin") ?? headers.get("referer");
  return url ? URL.parse(url)?.hostname : undefined;
}
