import { addDays } from "@tracker/sdk/protocol";
import type { Context } from "hono";
import { urlTo } from "../http/base-path.ts";
import { queryExactly } from "../statistics/read.ts";
import { parseParameters } from "../http/parameters.ts";
import {
  readStatistics,
  StatisticsQuery,
  type StatisticsPage,
  type StatisticsParameters,
} from "../http/read-statistics.ts";
import { readView } from "../http/view.ts";
import { selectSums } from "../d1/sums.ts";
import { REFUSED } from "../model/key.ts";
import { Empty } from "./empty.tsx";
import { linkHere, linkTo } from "./parts/links.ts";
import { ListPages } from "./parts/list-pages.tsx";
import { Estimate } from "./parts/estimate.tsx";
import { FilterForm } from "./parts/filter-form.tsx";
import { formatNumber, hrefOf } from "./parts/format.ts";
import { RowsTable } from "./parts/rows-table.tsx";
import { StillCounting } from "./parts/still-counting.tsx";
import type { AppEnv } from "../http/context.ts";

const PAGE_ROWS = 50;

/** `GET /dashboard/statistics`: rows or sums, filtered, sorted, in pages. */
export async function showStatistics(c: Context<AppEnv>): Promise<Response> {
  const parameters = readParameters(c);
  const view = await readView(c);
  const page = await readStatistics(c, { ...parameters, from: view.from, to: view.to, limit: PAGE_ROWS });
  const { subject, filter, rows, next, sites } = page;
  if (sites.length === 0) return c.render(<Empty c={c} />, { title: "All rows" });
  const total = await readTotal(c, page);
  const here = (changes: Partial<Record<keyof StatisticsParameters | "range", string>>): string => linkHere(c, changes);
  const asked = {
    site: subject.site,
    label: parameters.label,
    category: parameters.category,
    dom_id: parameters.dom_id,
    page: parameters.page,
  };
  const [firstOpen] = page.openDays;
  const isRefused = parameters.label === REFUSED;
  // The button deletes exactly what is listed. By category, DOM id, page or search nothing can be deleted.
  const canDelete = !parameters.category && !parameters.dom_id && !parameters.page && !parameters.search;
  const exported = (format: string): string =>
    hrefOf(urlTo(c, "/api/export"), { ...asked, search: filter.search, from: subject.from, to: subject.to, format });
  return c.render(
    <>
      <div class="heading">
        <h1>All rows</h1>
        <p class="actions">
          <a class="button" href={exported("csv")} download>
            Export CSV
          </a>
          <a class="button" href={exported("json")} download>
            JSON
          </a>
          {canDelete && (
            <a
              class="button danger"
              href={linkTo(c, "delete", {
                range: "",
                compare: "",
                label: parameters.label,
                from: subject.from,
                to: subject.to,
              })}
            >
              Delete…
            </a>
          )}
        </p>
      </div>
      <FilterForm c={c} parameters={parameters} />
      <p class="summary">
        <b>{isRefused ? <Estimate value={total} /> : formatNumber(total)}</b>{" "}
        {isRefused ? "refused pings" : total === 1 ? "action" : "actions"} from <time>{subject.from}</time> to{" "}
        <time>{subject.to}</time>
        {firstOpen && (
          <>
            ; <time>{firstOpen}</time> {page.openDays.length > 1 ? "and later days are" : "is"} <StillCounting />
          </>
        )}
      </p>
      {rows.length === 0 ? (
        <p class="nothing">
          Nothing matches. Remove a filter, or{" "}
          <a href={here({ range: "", from: addDays(subject.to, -364), to: subject.to })}>look at a year</a>.
        </p>
      ) : (
        <RowsTable
          c={c}
          page={page}
          group={parameters.group}
          hasSites={sites.length > 1 && !subject.site}
          here={here}
        />
      )}
      <ListPages c={c} next={next} />
    </>,
    { title: "All rows", view: { ...view, before: undefined, notCompared: undefined }, bar: "period" },
  );
}

/** The query, without the parameters that a form sent empty. @throws ParameterError */
function readParameters(c: Context<AppEnv>): StatisticsParameters {
  const given = Object.entries(c.req.query()).filter(([, value]) => value !== "");
  const { group, sort, ...others } = parseParameters(StatisticsQuery, Object.fromEntries(given));
  // Sums have fewer columns than rows: a sort by a missing one is dropped.
  const isSortable = !group || sort === "counter" || sort === group;
  return { ...others, group, sort: isSortable ? sort : undefined };
}

async function readTotal(c: Context<AppEnv>, { subject, filter }: StatisticsPage): Promise<number> {
  const { results } = await queryExactly<{ counter: number }>(c.env, subject, (known) => [
    selectSums(c.env.DB, known, filter, ["site"], { order: ["site", "asc"], limit: known.sites.length }),
  ]);
  return results[0]!.reduce((sum, { counter }) => sum + counter, 0);
}
