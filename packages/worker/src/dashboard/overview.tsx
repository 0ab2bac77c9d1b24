import { listDays, type Day } from "@tracker/sdk/protocol";
import type { Context } from "hono";
import { listAnnotations } from "../d1/annotations.ts";
import { selectChanges, selectTopChanges, type ChangeRow, type ChangeTotals } from "../d1/changes.ts";
import type { Known } from "../d1/query.ts";
import { selectSums } from "../d1/sums.ts";
import type { AppEnv } from "../http/context.ts";
import { readView, subjectOf, type View } from "../http/view.ts";
import { NONE } from "../model/key.ts";
import { countDays, listPeriods } from "../model/period.ts";
import { queryExactly } from "../statistics/read.ts";
import { Empty } from "./empty.tsx";
import { Card } from "./parts/card.tsx";
import { compareTotals } from "./parts/change-figure.tsx";
import { DayChart } from "./parts/day-chart.tsx";
import { linkTo } from "./parts/links.ts";
import { TopList, toSums } from "./parts/top-list.tsx";
import { readTrends } from "./parts/trends.ts";
import { WhatChanged } from "./parts/what-changed.tsx";

const TOP_ROWS = 10;
const CHANGES_SHOWN = 5;

type Row = ChangeRow & ChangeTotals & { counter: number };

/** `GET /dashboard/`: the total, how it changed and which labels did, and the highest counts. */
export async function showOverview(c: Context<AppEnv>): Promise<Response> {
  const view = await readView(c);
  const { today } = view;
  const db = c.env.DB;
  const subject = subjectOf(view);
  const all = { ...subject, to: subject.to < today ? today : subject.to };
  const most = { order: ["counter", "desc"], limit: TOP_ROWS } as const;
  const mostNow = { order: ["now", "desc"], limit: TOP_ROWS } as const;
  const [{ results, openDays, sites }, annotations] = await Promise.all([
    queryExactly<Row>(c.env, all, (known) => {
      const both = within(known, subject);
      const shown = within(known, view);
      return [
        selectSums(db, known, {}, ["day"], { order: ["day", "asc"], limit: countDays(all) }),
        selectChanges(db, both, {}, ["label"], { range: view, before: view.before }, mostNow),
        selectChanges(db, both, { page: true }, ["page"], { range: view, before: view.before }, mostNow),
        selectSums(db, shown, {}, ["category"], most),
        selectSums(db, shown, {}, ["site"], most),
        ...(view.before
          ? [selectTopChanges(db, both, {}, ["label"], { range: view, before: view.before }, CHANGES_SHOWN)]
          : []),
      ];
    }),
    listAnnotations(db, view),
  ]);
  if (sites.length === 0) return c.render(<Empty c={c} />, { title: "Overview" });
  const [days, labels, pages, categories, siteSums, changed] = results as [Row[], Row[], Row[], Row[], Row[], Row[]?];
  const counters = new Map((days as (Row & { day: Day })[]).map(({ day, counter }) => [day, counter]));
  const countsOf = (from: Day, to: Day): number[] => listDays(from, to).map((day) => counters.get(day) ?? 0);
  const values = countsOf(view.from, view.to);
  const valuesBefore = view.before && countsOf(view.before.from, view.before.to);
  const total = sumOf(values);
  const top = toSums(labels, "label");
  return c.render(
    <>
      <div class="heading">
        <h1>Overview</h1>
        <p class="actions">
          <a class="button" href={linkTo(c, "heatmaps")}>
            Open a heat map
          </a>
        </p>
      </div>
      <section class="cards" aria-label="In figures">
        <TotalCard view={view} total={total} before={valuesBefore && sumOf(valuesBefore)} openDays={openDays} />
        <Card name="A day on average" value={Math.round(total / values.length)} />
        <Card name="Labels" value={labels[0]!.names} />
        {view.range === "today" ? (
          <Card name="Pages" value={pages[0]!.names} />
        ) : (
          <Card name="Today so far" value={counters.get(today) ?? 0} today={today} />
        )}
      </section>
      <DayChart
        periods={listPeriods(view, "day")}
        series={[{ name: "Actions", values }]}
        before={valuesBefore && { periods: listPeriods(view.before!, "day"), values: valuesBefore }}
        openDays={openDays}
        annotations={annotations}
        today={today}
      />
      {changed && <WhatChanged c={c} view={view} rows={changed} />}
      <div class="lists">
        <TopList
          title="Labels"
          sums={top}
          total={total}
          view={view}
          sparklines={await readTrends(
            c,
            subject,
            top.map(({ name }) => name),
          )}
          hrefOf={({ name }) => linkTo(c, "label", { label: name })}
          more={linkTo(c, "labels")}
        />
        <TopList
          title="Pages"
          sums={toSums(pages, "page")}
          total={total}
          view={view}
          hrefOf={({ name }) => linkTo(c, "page", { page: name })}
        />
        <TopList
          title="Categories"
          sums={toSums(categories, "category")}
          total={total}
          unnamed="no category"
          hrefOf={({ name }) => linkTo(c, "statistics", { category: name || NONE })}
          more={linkTo(c, "statistics", { group: "category" })}
        />
        {siteSums.length > 1 && (
          <TopList
            title="Sites"
            sums={toSums(siteSums, "site")}
            total={total}
            unnamed="no site"
            hrefOf={({ name }) => linkTo(c, "", { site: name })}
          />
        )}
      </div>
    </>,
    { title: "Overview", hasChart: true, view },
  );
}

function TotalCard(props: { view: View; total: number; before: number | undefined; openDays: readonly Day[] }) {
  const { view, total, before, openDays } = props;
  const isOpen = openDays.some((day) => day >= view.from && day <= view.to);
  if (view.range === "today") return <Card name="Actions today" value={total} isOpen={isOpen} today={view.today} />;
  return <Card name="Actions" value={total} comparison={compareTotals(view, total, before)} isOpen={isOpen} />;
}

/** What is known of some of its days. */
function within(known: Known, { from, to }: { from: Day; to: Day }): Known {
  return { ...known, from: known.from > from ? known.from : from, to };
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
