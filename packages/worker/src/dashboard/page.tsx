import type { Context } from "hono";
import { listAnnotations } from "../d1/annotations.ts";
import { selectSums } from "../d1/sums.ts";
import type { AppEnv } from "../http/context.ts";
import { ParameterError } from "../http/parameters.ts";
import { readChanges } from "../http/read-changes.ts";
import { readView, subjectOf } from "../http/view.ts";
import { countDays, listPeriods } from "../model/period.ts";
import { queryExactly } from "../statistics/read.ts";
import { exportChanges } from "./export-changes.ts";
import { Card } from "./parts/card.tsx";
import { compareTotals } from "./parts/change-figure.tsx";
import { ChangeTabs } from "./parts/change-tabs.tsx";
import { ChangesTable } from "./parts/changes-table.tsx";
import { DayChart } from "./parts/day-chart.tsx";
import { linkHere, linkTo } from "./parts/links.ts";
import { ListPages } from "./parts/list-pages.tsx";
import { NothingFound } from "./parts/nothing-found.tsx";
import { readListParameters } from "./parts/read-list-parameters.ts";
import { SearchForm } from "./parts/search-form.tsx";

const PAGE_ROWS = 50;
const ELEMENT = ["dom_id", "label", "category"] as const;

/** `GET /dashboard/page?page=/pricing`: what was used on a page, each element's count beside that of the period before. */
export async function showPage(c: Context<AppEnv>): Promise<Response> {
  const path = c.req.query("page");
  if (!path) throw new ParameterError("page", "which page?");
  const view = await readView(c);
  const parameters = readListParameters(c);
  const filter = { page: path };
  if (c.req.query("export")) return exportChanges(c, view, filter, ELEMENT, parameters);
  const subject = subjectOf(view);
  const [page, { results, openDays }, annotations] = await Promise.all([
    readChanges(c, view, filter, ELEMENT, { ...parameters, limit: PAGE_ROWS }),
    queryExactly<{ day: string; counter: number }>(c.env, subject, (known) => [
      selectSums(c.env.DB, known, filter, ["day"], { order: ["day", "asc"], limit: countDays(subject) }),
    ]),
    listAnnotations(c.env.DB, view),
  ]);
  const counters = new Map(results[0]!.map(({ day, counter }) => [day, counter]));
  const days = listPeriods(view, "day");
  const daysBefore = view.before && listPeriods(view.before, "day");
  const values = days.map(({ from }) => counters.get(from) ?? 0);
  const valuesBefore = daysBefore?.map(({ from }) => counters.get(from) ?? 0);
  const total = sumOf(values);
  return c.render(
    <>
      <div class="heading">
        <h1>{path}</h1>
        <p class="actions">
          <a class="button" href={linkTo(c, "heatmaps", { url: view.site && `${view.site}${path}` })}>
            Open the heat map
          </a>
          <a class="button" href={linkHere(c, { export: "csv" })} download>
            Export this list
          </a>
        </p>
      </div>
      <section class="cards" aria-label="In figures">
        <Card
          name="Actions"
          value={total}
          comparison={compareTotals(view, total, valuesBefore && sumOf(valuesBefore))}
          isOpen={openDays.some((day) => day >= view.from && day <= view.to)}
        />
        <Card name="A day on average" value={Math.round(total / values.length)} />
        <Card name="Elements used" value={page.totals.names} />
      </section>
      <DayChart
        periods={days}
        series={[{ name: "Actions", values }]}
        before={valuesBefore && { periods: daysBefore!, values: valuesBefore }}
        openDays={openDays}
        annotations={annotations}
        today={view.today}
      />
      <div class="tools">
        {view.before && <ChangeTabs c={c} totals={page.totals} shown={parameters.show} />}
        <SearchForm c={c} placeholder="Find an element" />
      </div>
      {page.rows.length > 0 ? (
        <ChangesTable
          c={c}
          view={view}
          page={page}
          label="Elements"
          names={[
            {
              heading: "Element",
              sort: "name",
              className: "label",
              cell: (row) => row.dom_id || <span class="none">no DOM id</span>,
            },
            {
              heading: "Label",
              className: "category",
              cell: ({ label, category }) => (
                <>
                  <a href={linkTo(c, "label", { label })}>{label}</a> <small>{category}</small>
                </>
              ),
            },
          ]}
        />
      ) : (
        <NothingFound parameters={parameters} what="element" />
      )}
      <ListPages c={c} next={page.next} />
    </>,
    { title: path, hasChart: true, view },
  );
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
