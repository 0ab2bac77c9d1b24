import { addDays, type Day } from "@tracker/sdk/protocol";
import type { Context } from "hono";
import * as v from "valibot";
import { splitPath } from "../http/base-path.ts";
import { readConfig } from "../config/config.ts";
import { queryExactly } from "../statistics/read.ts";
import { ParameterError } from "../http/parameters.ts";
import {
  COLUMNS,
  readStatistics,
  StatisticsQuery,
  type StatisticsPage,
  type StatisticsParameters,
} from "../http/read-statistics.ts";
import { selectSums } from "../d1/sums.ts";
import { NONE, REFUSED } from "../model/key.ts";
import { Empty } from "./empty.tsx";
import { formatNumber, hrefOf, lowerFirst } from "./format.ts";
import { dashboardUrl } from "./layout.tsx";
import { OpenMark } from "./parts.tsx";
import { Estimate } from "./refused.tsx";
import type { AppEnv } from "../http/context.ts";

const PAGE_ROWS = 50;
const PERIODS = [1, 7, 30, 90, 365];

const NAMES = {
  site: "Site",
  day: "Day",
  label: "Label",
  category: "Category",
  dom_id: "DOM id",
  counter: "Count",
} as const;

type ListColumn = keyof typeof NAMES;

/** `GET /dashboard/statistics`: all rows, or sums of them; filtered, sorted, page by page. */
export async function showStatistics(c: Context<AppEnv>): Promise<Response> {
  const parameters = readParameters(c);
  const page = await readStatistics(c, { ...parameters, limit: PAGE_ROWS });
  const { subject, filter, rows, next, sites } = page;
  if (sites.length === 0) return c.render(<Empty c={c} />, { title: "Statistics" });
  const total = await readTotal(c, page);
  const here = (changes: Partial<Record<keyof StatisticsParameters, string>>): string =>
    hrefOf("", { ...c.req.query(), cursor: "", ...changes });
  const { base } = splitPath(c.req.url);
  const asked = {
    site: subject.site,
    label: parameters.label,
    category: parameters.category,
    dom_id: parameters.dom_id,
  };
  const isRefused = parameters.label === REFUSED;
  // The button deletes exactly what is listed. By category, DOM id or search nothing can be deleted.
  const canDelete = !parameters.category && !parameters.dom_id && !parameters.search;
  const exported = (format: string): string =>
    hrefOf(`${base}/api/export`, { ...asked, search: filter.search, from: subject.from, to: subject.to, format });
  return c.render(
    <>
      <div class="heading">
        <h1>Statistics</h1>
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
              href={hrefOf(`${dashboardUrl(c)}delete`, {
                site: subject.site,
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
      <FilterForm c={c} parameters={parameters} page={page} />
      <p class="summary">
        <b>{isRefused ? <Estimate value={total} /> : formatNumber(total)}</b>{" "}
        {isRefused ? "refused pings" : total === 1 ? "action" : "actions"} from <time>{subject.from}</time> to{" "}
        <time>{subject.to}</time>
        {page.openDays.length > 0 && " "}
        {page.openDays.length > 0 && <OpenMark />}
      </p>
      {rows.length === 0 ? (
        <p class="nothing">
          Nothing was counted that fits. Take a filter away, or{" "}
          <a href={here({ from: addDays(subject.to, -364) })}>look at a year</a>.
        </p>
      ) : (
        <Table c={c} page={page} group={parameters.group} hasSites={sites.length > 1 && !subject.site} here={here} />
      )}
      <nav class="pages" aria-label="Pages of the list">
        {parameters.cursor && (
          <a class="button" href={here({})}>
            First page
          </a>
        )}
        {next && (
          <a class="button" rel="next" href={here({ cursor: next })}>
            Next page
          </a>
        )}
      </nav>
    </>,
    { title: "Statistics" },
  );
}

/** The query, without the parameters that a form sent empty. @throws ParameterError */
function readParameters(c: Context<AppEnv>): StatisticsParameters {
  const given = Object.entries(c.req.query()).filter(([, value]) => value !== "");
  const result = v.safeParse(StatisticsQuery, Object.fromEntries(given));
  if (result.success) {
    const { group, sort, ...others } = result.output;
    // Changed from rows to sums, a list is no longer sorted by what they do not have.
    const isSortable = !group || sort === "counter" || sort === group;
    return { ...others, group, sort: isSortable ? sort : undefined };
  }
  const [issue] = result.issues;
  throw new ParameterError(v.getDotPath(issue) ?? "query", issue.message);
}

async function readTotal(c: Context<AppEnv>, { subject, filter }: StatisticsPage): Promise<number> {
  const { results } = await queryExactly<{ counter: number }>(c.env, subject, (known) => [
    selectSums(c.env.DB, known, filter, ["site"], { order: ["site", "asc"], limit: known.sites.length }),
  ]);
  return results[0]!.reduce((sum, { counter }) => sum + counter, 0);
}

function FilterForm(props: { c: Context<AppEnv>; parameters: StatisticsParameters; page: StatisticsPage }) {
  const { c, parameters, page } = props;
  const { subject, sites } = page;
  const today = readConfig(c.env).calendar.dayOf(Date.now());
  const period = (days: number): string =>
    hrefOf("", { ...c.req.query(), cursor: "", from: addDays(today, 1 - days), to: today });
  const days = (from: Day, to: Day): number => (Date.parse(to) - Date.parse(from)) / 86_400_000 + 1;
  const shown = subject.to === today ? days(subject.from, subject.to) : 0;
  const field = (name: "label" | "category" | "dom_id") => (
    <label>
      {NAMES[name]}
      <input name={name} value={parameters[name]} autocomplete="off" />
    </label>
  );
  return (
    <form class="filter" method="get" role="search" aria-label="Filter">
      <label class="wide">
        Search
        <input type="search" name="search" value={parameters.search} placeholder="labels, categories, ids" />
      </label>
      {field("label")}
      {field("category")}
      {field("dom_id")}
      {sites.length > 1 && (
        <label>
          Site
          <select name="site">
            <option value="">all</option>
            {sites.filter(Boolean).map((site) => (
              <option selected={site === subject.site}>{site}</option>
            ))}
          </select>
        </label>
      )}
      <label>
        Show
        <select name="group">
          <option value="">rows</option>
          {(["label", "category", "dom_id", "day", "site"] as const).map((group) => (
            <option value={group} selected={group === parameters.group}>
              sums by {lowerFirst(NAMES[group])}
            </option>
          ))}
        </select>
      </label>
      <label>
        From
        <input type="date" name="from" value={subject.from} max={today} />
      </label>
      <label>
        To
        <input type="date" name="to" value={subject.to} />
      </label>
      {(["sort", "order"] as const).map(
        (name) => parameters[name] && <input type="hidden" name={name} value={parameters[name]} />,
      )}
      <button class="primary">Filter</button>
      <ul class="periods" aria-label="Periods">
        {PERIODS.map((days) => (
          <li>
            <a href={period(days)} aria-current={days === shown ? "true" : undefined}>
              {days === 1 ? "today" : `${days} days`}
            </a>
          </li>
        ))}
      </ul>
    </form>
  );
}

function Table(props: {
  c: Context<AppEnv>;
  page: StatisticsPage;
  group: StatisticsParameters["group"];
  hasSites: boolean;
  here(changes: Partial<Record<keyof StatisticsParameters, string>>): string;
}) {
  const { c, page, group, hasSites, here } = props;
  const isEstimate = page.filter.labels?.includes(REFUSED);
  const columns: ListColumn[] = group ? [group, "counter"] : [...(hasSites ? (["site"] as const) : []), ...COLUMNS];
  return (
    <div class="scroll panel" tabindex={0} role="region" aria-label="Rows">
      <table class={group ? "rows" : "rows whole"}>
        <thead>
          <tr>
            {columns.map((column) => (
              <Heading column={column} page={page} here={here} />
            ))}
          </tr>
        </thead>
        <tbody>
          {page.rows.map((row) => (
            <tr>
              {columns.map((column) =>
                column === "counter" ? (
                  <td class="counter number">
                    {isEstimate ? <Estimate value={row.counter} /> : formatNumber(row.counter)}
                  </td>
                ) : (
                  <td class={column}>
                    <Value c={c} column={column} value={row[column] ?? ""} page={page} here={here} />
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Heading({
  column,
  page,
  here,
}: {
  column: ListColumn;
  page: StatisticsPage;
  here: (changes: Partial<Record<keyof StatisticsParameters, string>>) => string;
}) {
  const className = column === "counter" ? "number" : undefined;
  if (column === "site") return <th scope="col">{NAMES[column]}</th>;
  const isSorted = page.sort === column;
  const isDescending = page.direction === "desc";
  // The first click on a number or a day shows the highest first, on a name the first of the alphabet.
  const first = column === "counter" || column === "day" ? "desc" : "asc";
  const order = isSorted ? (isDescending ? "asc" : "desc") : first;
  return (
    <th scope="col" class={className} aria-sort={isSorted ? (isDescending ? "descending" : "ascending") : undefined}>
      <a href={here({ sort: column, order })}>
        {NAMES[column]}
        <span aria-hidden="true">{isSorted ? (isDescending ? " ↓" : " ↑") : ""}</span>
      </a>
    </th>
  );
}

/** A cell that leads on: a label to its page, others to the list filtered by them. */
function Value(props: {
  c: Context<AppEnv>;
  column: Exclude<ListColumn, "counter">;
  value: string;
  page: StatisticsPage;
  here(changes: Partial<Record<keyof StatisticsParameters, string>>): string;
}) {
  const { c, column, value, page, here } = props;
  if (!value && column !== "category" && column !== "dom_id") return <span class="none">–</span>;
  if (column === "day") {
    return (
      <>
        <a href={here({ from: value, to: value, group: "" })}>{value}</a>{" "}
        {page.openDays.includes(value) && <OpenMark />}
      </>
    );
  }
  if (column === "label") {
    return <a href={hrefOf(`${dashboardUrl(c)}label`, { label: value, site: page.subject.site })}>{value}</a>;
  }
  return (
    <a
      href={here({ [column]: value || NONE, group: "", sort: "", order: "" })}
      class={value ? undefined : "none"}
      aria-label={value ? undefined : `no ${lowerFirst(NAMES[column])}`}
    >
      {value || "–"}
    </a>
  );
}
