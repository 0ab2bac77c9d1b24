import { addDays, type Day } from "@tracker/sdk/protocol";
import type { Context } from "hono";
import { readConfig } from "../config/config.ts";
import { selectSums } from "../d1/sums.ts";
import { urlTo } from "../http/base-path.ts";
import type { AppEnv } from "../http/context.ts";
import { readSelection } from "../http/parameters.ts";
import { queryExactly } from "../statistics/read.ts";
import { mayUse } from "../http/guards/route-access.ts";
import { HeatmapForm } from "./heatmap.tsx";
import { ScriptTag } from "./parts/script-tag.tsx";
import { formatNumber, hrefOf } from "./parts/format.ts";
import { ShareChoice } from "./parts/share-choice.tsx";
import { dashboardUrl, linkTo } from "./parts/links.ts";

const DAYS = 30;
const PAGES_SHOWN = 50;
/** The pages counted most, of which the recent ones come first. */
const PAGES_READ = 500;
/** More than a day of each of them, so that their last days are among those. */
const PAGE_DAYS_READ = 5_000;

interface CountedPage {
  site: string;
  page: string;
  counter: number;
  /** The last day with counts. */
  last: Day;
}

/** `GET /dashboard/heatmaps`: the pages that have counts, to open their heat maps; and any other, by its address. */
export async function showHeatmaps(c: Context<AppEnv>): Promise<Response> {
  const pages = await readPages(c);
  const today = readConfig(c.env).calendar.dayOf(Date.now());
  return c.render(
    <>
      <div class="heading">
        <h1>Heat maps</h1>
      </div>
      <HeatmapForm url={c.req.query("url")} canShare={mayUse(c.get("caller")!, "POST", "/dashboard/share")} />
      <p id="opening" role="status" />
      <NoTag c={c} />
      {pages.length > 0 ? (
        <section class="list panel counted" aria-labelledby="counted">
          <h2 id="counted">
            Pages with counts <small>last {DAYS} days</small>
          </h2>
          <table>
            <thead>
              <tr>
                <th scope="col">Page</th>
                <th scope="col">Last count</th>
                <th scope="col" class="number">
                  Count
                </th>
                <th scope="col">
                  <span class="unseen">Heat map</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {pages.map((page) => (
                <PageRow c={c} page={page} today={today} />
              ))}
            </tbody>
          </table>
        </section>
      ) : (
        <p class="hint">
          Pages are listed here once they count apart: add <code>data-pages="true"</code> to the script tag. Until then,
          type an address.
        </p>
      )}
      <Bookmarklet c={c} />
    </>,
    { title: "Heat maps" },
  );
}

/** The pages with counts: those of the last days first, the higher count first of one day. */
async function readPages(c: Context<AppEnv>): Promise<CountedPage[]> {
  const today = readConfig(c.env).calendar.dayOf(Date.now());
  const { subject } = readSelection(c, { site: c.req.query("site"), from: addDays(today, 1 - DAYS), to: today });
  const filter = { page: true } as const;
  const { results } = await queryExactly<CountedPage & { day: Day }>(c.env, subject, (known) => [
    selectSums(c.env.DB, known, filter, ["site", "page"], { order: ["counter", "desc"], limit: PAGES_READ }),
    selectSums(c.env.DB, known, filter, ["site", "page", "day"], { order: ["day", "desc"], limit: PAGE_DAYS_READ }),
  ]);
  const lastDays = new Map<string, Day>();
  for (const { site, page, day } of results[1]!.toReversed()) lastDays.set(`${site} ${page}`, day);
  return results[0]!
    .map((page) => ({ ...page, last: lastDays.get(`${page.site} ${page.page}`) ?? subject.from }))
    .toSorted((one, other) => (one.last < other.last ? 1 : one.last > other.last ? -1 : other.counter - one.counter))
    .slice(0, PAGES_SHOWN);
}

function PageRow({ c, page, today }: { c: Context<AppEnv>; page: CountedPage; today: Day }) {
  const url = `${page.site || new URL(c.req.url).host}${page.page}`;
  const name = page.site + page.page;
  const when = page.last === today ? "today" : page.last === addDays(today, -1) ? "yesterday" : page.last;
  return (
    <tr>
      <th scope="row">
        <a href={linkTo(c, "statistics", { page: page.page, site: page.site, group: "dom_id" })} title={name}>
          {name}
        </a>
      </th>
      <td>{when}</td>
      <td class="number">{formatNumber(page.counter)}</td>
      <td>
        {page.page.includes("*") ? (
          // A pattern is many pages: one of them is to be typed.
          <a class="button" href={hrefOf("heatmaps", { url })} aria-label={`Choose a page of ${name}`}>
            Choose…
          </a>
        ) : (
          <form method="post" action="heatmap" class="sharing" data-share>
            <input type="hidden" name="url" value={url} />
            <button aria-label={`Open the heat map of ${name}`}>Open</button>
            {mayUse(c.get("caller")!, "POST", "/dashboard/share") && <ShareChoice of={`the heat map of ${name}`} />}
          </form>
        )}
      </td>
    </tr>
  );
}

/** Shown where a page was opened and no heat map came. */
function NoTag({ c }: { c: Context<AppEnv> }) {
  return (
    <section id="no-tag" class="notice failure" hidden>
      <p>The page needs this tag, as it is:</p>
      <ScriptTag c={c} />
      <p>
        If it is there: the page's Content-Security-Policy may not allow it, a blocker in this browser may stop it, or
        the tag is another tracker's.
      </p>
    </section>
  );
}

/** A link for the browser's bookmarks: from any page of a site to its heat map. It only fills in the form; the reader sends it. */
function Bookmarklet({ c }: { c: Context<AppEnv> }) {
  const form = `${new URL(c.req.url).origin}${dashboardUrl(c)}heatmaps?url=`;
  return (
    <p class="hint">
      From the page itself: drag{" "}
      <a
        class="button"
        href={`javascript:void(location.href=${JSON.stringify(form)}+encodeURIComponent(location.href))`}
      >
        Heat map
      </a>{" "}
      to your bookmarks. Clicked on a page of yours, it leads here with the address filled in. Without a page of your
      own yet, try the <a href={urlTo(c, "/demo/")}>demo page</a>.
    </p>
  );
}
