import type { Context } from "hono";
import { makeHeatmapToken } from "../http/guards/heatmap-token.ts";
import { readConfig } from "../config/config.ts";
import { hasOpened } from "../d1/heatmap-openings.ts";
import { ParameterError, readForm, readSite } from "../http/parameters.ts";
import { matchSite } from "../model/site.ts";
import type { AppEnv } from "../http/context.ts";
import { giveAccess } from "../http/give-access.ts";
import { mayUse } from "../http/guards/route-access.ts";
import { nameHeatmap } from "../http/guards/share.ts";
import { Refusal } from "../http/refuse.ts";
import { readShareHours, ShareChoice } from "./parts/share-choice.tsx";
import { showLink } from "./share.tsx";

/** Where one types the address of a page to see its heat map. A pattern of pages is filled in up to its first `*`. */
export function HeatmapForm({ url, canShare }: { url: string | undefined; canShare: boolean }) {
  return (
    <form class="panel heatmap" method="post" action="heatmap" data-share>
      <label for="url">Where do people click?</label>
      <input
        id="url"
        name="url"
        required
        autofocus={url !== undefined}
        value={url?.replace(/\*.*/, "")}
        inputmode="url"
        autocapitalize="none"
        spellcheck={false}
        placeholder="shop.example/pricing"
      />
      <button class="primary">Open heat map</button>
      {canShare && <ShareChoice of="the heat map" />}
      <button name="ignore" value="true">
        Do not count this browser
      </button>
    </form>
  );
}

/**
 * `POST /dashboard/heatmap`: goes on to the page, with an hour's right to read its site's counts in the fragment, which browsers send
 * to nobody. Not by a redirect: the page's policy lets a form end only here.
 */
export async function openHeatmap(c: Context<AppEnv>): Promise<Response> {
  const form = await readForm(c);
  const url = parseAddress(form["url"] ?? "");
  if (!url) throw new ParameterError("url", "not a page's address such as shop.example/pricing");
  if (form["ignore"]) return ignoreBrowser(c, url);
  const site = siteOfPage(c, url);
  if (site === undefined) {
    throw new ParameterError("url", `heat maps open on pages of SITES, and "${url.hostname}" is not one of them`);
  }
  readSite(c, site);
  const elsewhere = await findRedirect(url, (next) => siteOfPage(c, next) === site, c.req.header("user-agent"));
  if (elsewhere) throw new ParameterError("url", `it leads on to "${elsewhere.host}", and the token with it`);
  const shown = url.host + url.pathname;
  if (form["hours"] !== undefined) return shareHeatmap(c, url, site, form["hours"]);
  const opening = readOpening(form["opening"]);
  url.hash = `tracker-heatmap=${await makeHeatmapToken(c.env, site, Date.now(), opening)}`;
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

/**
 * `GET /dashboard/opened?id=…`: whether the heat map that was opened under this id has asked for its counts. The dashboard's own script makes
 * the id, waits for this, and says so where the page has no tag.
 */
export async function tellOpened(c: Context<AppEnv>): Promise<Response> {
  const id = readOpening(c.req.query("id"));
  if (id === undefined) throw new ParameterError("id", "which opening?");
  return c.json({ opened: await hasOpened(c.env.DB, id) });
}

/** @throws ParameterError */
function readOpening(id: string | undefined): string | undefined {
  if (id && !/^[\da-f-]{36}$/.test(id)) throw new ParameterError("opening", "not a UUID");
  return id || undefined;
}

/** A link to the page with its heat map, for whoever has it. */
async function shareHeatmap(c: Context<AppEnv>, url: URL, site: string, hours: string): Promise<Response> {
  if (!mayUse(c.get("caller")!, "POST", "/dashboard/share"))
    throw new Refusal("forbidden", "only an admin makes share links");
  const endsAt = Date.now() + readShareHours(hours) * 3_600_000;
  const name = `${url.host}${url.pathname}`.slice(0, 250);
  const view = nameHeatmap(url.host + url.pathname + url.search);
  const { secret } = await giveAccess(c, { name, role: "viewer", site, view, endsAt });
  url.hash = `tracker-heatmap=${secret}`;
  return showLink(c, url.href, endsAt);
}

/** Goes on to a page whose script then no longer counts this browser. It says nothing of counts, so any page may be opened. */
function ignoreBrowser(c: Context<AppEnv>, url: URL): Response | Promise<Response> {
  url.hash = "tracker-ignore";
  c.header("refresh", `0; url=${url.href}`);
  return c.render(
    <section class="ask">
      <h1>Do not count this browser</h1>
      <p>
        <a href={url.href}>Go to {url.host}</a>, which says that it no longer counts this browser. Where it says
        nothing, Tracker's script tag is missing.
      </p>
    </section>,
    { title: "Do not count this browser" },
  );
}

/**
 * The site that a page belongs to; nothing where the token must not go there. Without SITES no other host can be told from a
 * stranger's, so the token stays on the Worker's own, and on this machine where it is being developed.
 */
function siteOfPage(c: Context<AppEnv>, { host, hostname }: URL): string | undefined {
  const { sites, isDevelopment } = readConfig(c.env);
  if (sites.length > 0) return matchSite(sites, hostname);
  const isLocal = isDevelopment && ["localhost", "127.0.0.1", "[::1]"].includes(hostname);
  return isLocal || host === new URL(c.req.url).host ? "" : undefined;
}

const REDIRECTS_MAX = 5;

/** Where a page redirects to beyond its site: a browser would take the fragment along, and the token in it. */
async function findRedirect(page: URL, isOwn: (url: URL) => boolean, userAgent = ""): Promise<URL | undefined> {
  let url = page;
  for (let hop = 0; hop <= REDIRECTS_MAX; hop++) {
    const signal = AbortSignal.timeout(3_000);
    const init = { redirect: "manual", headers: { "user-agent": userAgent }, signal } as const;
    // Whether a page answers is the browser's to see.
    const answer = await fetch(url, init).catch(() => undefined);
    await answer?.body?.cancel();
    const location = answer?.headers.get("location");
    if (!location) return undefined;
    url = new URL(location, url);
    if (!isOwn(url)) return url;
  }
  return url;
}

/** An address as people type it: without a scheme it is https, on one's own machine http. */
function parseAddress(text: string): URL | undefined {
  const address = text.trim();
  const scheme = /^(localhost|127\.0\.0\.1)(:|\/|$)/.test(address) ? "http" : "https";
  const hasScheme = /^[a-z][a-z\d+.-]*:(?!\d)/i.test(address);
  const url = URL.parse(hasScheme ? address : `${scheme}://${address}`);
  return url && /^https?:$/.test(url.protocol) ? url : undefined;
}
