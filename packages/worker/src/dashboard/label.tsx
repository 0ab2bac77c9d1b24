import type { Day } from "@tracker/sdk/protocol";
import type { Context } from "hono";
import * as v from "valibot";
import { listAnnotations } from "../d1/annotations.ts";
import { selectChanges, type ChangeRow } from "../d1/changes.ts";
import { selectSums } from "../d1/sums.ts";
import type { AppEnv } from "../http/context.ts";
import { parseParameters } from "../http/parameters.ts";
import { readView, subjectOf, type View } from "../http/view.ts";
import type { DayRange } from "../model/counts.ts";
import { NONE, REFUSED } from "../model/key.ts";
import { countDays, listPeriods, STEPS } from "../model/period.ts";
import { queryExactly } from "../statistics/read.ts";
import { Card } from "./parts/card.tsx";
import { compareTotals } from "./parts/change-figure.tsx";
import { DayChart } from "./parts/day-chart.tsx";
import { formatDay } from "./parts/format.ts";
import { LabelChoice } from "./parts/label-choice.tsx";
import { linkTo } from "./parts/links.ts";
import { StepTabs } from "./parts/step-tabs.tsx";
import { TopList, toSums } from "./parts/top-list.tsx";

const TOP_ROWS = 10;
const LabelQuery = v.object({
  label: v.optional(v.string(), ""),
  with: v.optional(v.string(), ""),
  step: v.optional(v.union([v.picklist(STEPS), v.literal("")], `not one of ${STEPS.join(", ")}`)),
});

/** `GET /dashboard/label?label=…[&step=week][&with=…]`: one label's counts, beside those before or another label's. */
export async function showLabel(c: Context<AppEnv>): Promise<Response> {
  const { label, with: other, step = "day" } = parseParameters(LabelQuery, c.req.query());
  const view = await readView(c);
  const [read, ever, annotations] = await Promise.all([
    readLabel(c, view, label, other),
    readSeen(c, view, label),
    listAnnotations(c.env.DB, view),
  ]);
  const { days, categories, elements, pages, openDays } = read;
  if (!ever.first) return renderUnknown(c, label);
  const periods = listPeriods(view, step || "day");
  const values = periods.map((period) => sumIn(days, label, period));
  const total = sumIn(days, label, view);
  const before = view.before && !other ? listPeriods(view.before, step || "day") : undefined;
  const list = (filter: Record<string, string>) => linkTo(c, "statistics", { label, ...filter });
  return c.render(
    <>
      <div class="heading">
        <h1>{label}</h1>
        <LabelChoice c={c} view={view} label={label} />
      </div>
      {label === REFUSED && (
        <p class="notice">These numbers are estimates: one in a hundred refused pings is counted, for a hundred.</p>
      )}
      <section class="cards" aria-label="In figures">
        <Card
          name="Actions"
          value={total}
          comparison={compareTotals(view, total, view.before && sumIn(days, label, view.before))}
          isOpen={openDays.some((day) => day >= view.from && day <= view.to)}
        />
        {other ? (
          <Card name={other} value={sumIn(days, other, view)} />
        ) : (
          <Card name="A day on average" value={Math.round(total / countDays(view))} />
        )}
        <div class="card">
          <h2>First seen</h2>
          <p class="figure words">{formatDay(ever.first, view.today)}</p>
        </div>
        <div class="card">
          <h2>Last seen</h2>
          <p class="figure words">{formatDay(ever.last!, view.today)}</p>
        </div>
      </section>
      <StepTabs c={c} view={view} step={step || "day"} />
      <DayChart
        periods={periods}
        series={[
          { name: label, values },
          ...(other ? [{ name: other, values: periods.map((period) => sumIn(days, other, period)) }] : []),
        ]}
        before={before && { periods: before, values: before.map((period) => sumIn(days, label, period)) }}
        openDays={openDays}
        annotations={annotations}
        today={view.today}
      />
      <div class="lists">
        <TopList
          title="Pages"
          sums={toSums(pages, "page")}
          total={total}
          view={view}
          hrefOf={({ name }) => linkTo(c, "page", { page: name })}
          more={
            pages[0]?.page ? linkTo(c, "heatmaps", { url: view.site && `${view.site}${pages[0].page}` }) : undefined
          }
          moreText="Show on the page"
        />
        <TopList
          title="Elements"
          sums={toSums(elements, "dom_id")}
          total={total}
          view={view}
          unnamed="no DOM id"
          hrefOf={({ name }) => list({ dom_id: name || NONE })}
        />
        <TopList
          title="Categories"
          sums={toSums(categories, "category")}
          total={total}
          view={view}
          unnamed="no category"
          hrefOf={({ name }) => list({ category: name || NONE })}
        />
      </div>
      <p class="actions">
        <a class="button" href={list({})}>
          All rows
        </a>
        <a class="button danger" href={linkTo(c, "delete", { label, range: "", from: "", to: "", compare: "" })}>
          Delete this label…
        </a>
      </p>
    </>,
    { title: label, hasChart: true, view },
  );
}

interface LabelDay {
  label: string;
  day: Day;
  counter: number;
}

/** The label's counts per day, and another's; its categories, elements and pages. */
async function readLabel(c: Context<AppEnv>, view: View, label: string, other: string) {
  const subject = subjectOf(view);
  const filter = { labels: [label] };
  const labels = [label, ...(other ? [other] : [])];
  const ranges = { range: view, before: view.before };
  const most = { order: ["now", "desc"], limit: TOP_ROWS } as const;
  const db = c.env.DB;
  const { results, openDays } = await queryExactly<unknown>(c.env, subject, (known) => [
    selectSums(db, known, { labels }, ["label", "day"], {
      order: ["day", "asc"],
      limit: labels.length * countDays(subject),
    }),
    selectChanges(db, known, filter, ["category"], ranges, most),
    selectChanges(db, known, filter, ["dom_id"], ranges, most),
    selectChanges(db, known, { ...filter, page: true }, ["page"], ranges, most),
  ]);
  const [days, categories, elements, pages] = results as [LabelDay[], ChangeRow[], ChangeRow[], ChangeRow[]];
  return { days, categories, elements, pages, openDays };
}

/** The first and the last day of a label. */
async function readSeen(
  c: Context<AppEnv>,
  { site, today }: View,
  label: string,
): Promise<{ first: Day | undefined; last: Day | undefined }> {
  const { results } = await queryExactly<{ day: Day }>(c.env, { site, from: "0000-01-01", to: today }, (known) =>
    (["asc", "desc"] as const).map((direction) =>
      selectSums(c.env.DB, known, { labels: [label] }, ["day"], { order: ["day", direction], limit: 1 }),
    ),
  );
  return { first: results[0]![0]?.day, last: results[1]![0]?.day };
}

function sumIn(days: readonly LabelDay[], label: string, { from, to }: DayRange): number {
  return days.reduce(
    (sum, row) => (row.label === label && row.day >= from && row.day <= to ? sum + row.counter : sum),
    0,
  );
}

function renderUnknown(c: Context<AppEnv>, label: string): Response | Promise<Response> {
  return c.render(
    <section class="empty">
      <h1>{label || "No label"}</h1>
      <p>
        Nothing was counted under this label. <a href={linkTo(c, "labels")}>See all labels</a>.
      </p>
    </section>,
    { title: label || "No label" },
  );
}
