import type { Context } from "hono";
import { makeHeatmapToken } from "../http/guards/readers.ts";
import { readConfig } from "../config/config.ts";
import { ParameterError } from "../http/parameters.ts";
import { matchSite } from "../model/site.ts";
import type { AppEnv } from "../http/context.ts";

/** Where one types the address of a page to see its heat map. */
export function HeatmapForm() {
  return (
    <form class="panel heatmap" method="get" action="heatmap">
      <label for="url">Where do people click?</label>
      <input
        id="url"
        name="url"
        required
        inputmode="url"
        autocapitalize="none"
        spellcheck={false}
        placeholder="shop.example/pricing"
      />
      <button class="primary">Open heat map</button>
    </form>
  );
}

/**
 * `GET /dashboard/heatmap?url=…`: goes on to the page, with an hour's right to read its site's counts in the fragment, which
 * browsers send to nobody. Not by a redirect: the page's policy lets a form end only here.
 */
export async function openHeatmap(c: Context<AppEnv>): Promise<Response> {
  const { sites } = readConfig(c.env);
  const url = parseAddress(c.req.query("url") ?? "");
  if (!url) throw new ParameterError("url", "not a page's address such as shop.example/pricing");
  const site = sites.length > 0 ? matchSite(sites, url.hostname) : "";
  if (site === undefined) throw new ParameterError("url", `"${url.hostname}" is not one of SITES`);
  const shown = url.host + url.pathname;
  url.hash = `tracker-heatmap=${await makeHeatmapToken(c.env, site, Date.now())}`;
  c.header("refresh", `0; url=${url.href}`);
  c.header("cache-control", "no-store");
  return c.render(
    <section class="ask">
      <h1>Opening the heat map</h1>
      <p>
        <a href={url.href}>Go to {shown}</a>, which needs Tracker's script tag. The link works for an hour.
      </p>
    </section>,
    { title: "Heat map" },
  );
}

/** An address as people type it: without a scheme it is https, on one's own machine http. */
function parseAddress(text: string): URL | undefined {
  const address = text.trim();
  const scheme = /^(localhost|127\.0\.0\.1)(:|\/|$)/.test(address) ? "http" : "https";
  const hasScheme = /^[a-z][a-z\d+.-]*:(?!\d)/i.test(address);
  const url = URL.parse(hasScheme ? address : `${scheme}://${address}`);
  return url && /^https?:$/.test(url.protocol) ? url : undefined;
}
