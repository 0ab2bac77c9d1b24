import { addDays, listDays, type Day } from "@tracker/sdk/protocol";
import type { Context } from "hono";
import { readConfig } from "../config/config.ts";
import { queryExactly } from "../statistics/read.ts";
import { readSelection } from "../http/parameters.ts";
import type { Column, Known } from "../d1/query.ts";
import { listAnnotations } from "../d1/annotations.ts";
import { selectSums } from "../d1/sums.ts";
import { NONE } from "../model/key.ts";
import { hrefOf } from "./parts/format.ts";
import { dashboardUrl } from "./parts/links.ts";
import { Card } from "./parts/card.tsx";
import { DayChart } from "./parts/day-chart.tsx";
import { TopList, type Sum } from "./parts/top-list.tsx";
import { Empty } from "./empty.tsx";
import type { AppEnv } from "../http/context.ts";

const TOP_ROWS = 10;
const WEEK = 7;
const MONTH = 30;

/** `GET /dashboard/`: totals, a chart, and the highest counts. */
export async function showOverview(c: Context<AppEnv>): Promise<Response> {
  const today = readConfig(c.env).calendar.dayOf(Date.now());
  const site = c.req.query("site");
  const { subject } = readSelection(c, { site, from: addDays(today, 1 - 2 * MONTH), to: today });
  const db = c.env.DB;
  const top = (known: Known, by: Column, days: number) => {
    const from = addDays(today, 1 - days);
    const recent = { ...known, from: known.from > from ? known.from : from };
    return selectSums(db, recent, {}, [by], { order: ["counter", "desc"], limit: TOP_ROWS });
  };
  const { results, openDays } = await queryExactly<Record<Column, string> & { counter: number }>(
    c.env,
    subject,
    (known) => [
      selectSums(db, known, {}, ["day"], { order: ["day", "asc"], limit: 2 * MONTH }),
      top(known, "label", MONTH),
      top(known, "category", MONTH),
      top(known, "dom_id", WEEK),
      top(known, "site", MONTH),
    ],
  );
  const counters = new Map(results[0]!.map(({ day, counter }) => [day, counter]));
  const [labels, categories, domIds, sites] = (["label", "category", "dom_id", "site"] as const).map((by, index) =>
    results[index + 1]!.map((row): Sum => ({ name: row[by], counter: row.counter })),
  ) as [Sum[], Sum[], Sum[], Sum[]];
  const days = listDays(addDays(today, 1 - MONTH), today);
  const sum = (from: number, to: number): number =>
    listDays(addDays(today, -from), addDays(today, -to)).reduce((sum, day) => sum + (counters.get(day) ?? 0), 0);
  const month = sum(MONTH - 1, 0);
  const url = dashboardUrl(c);

  if (counters.size === 0) return c.render(<Empty c={c} />, { title: "Overview" });

  const list = (filter: Record<string, string>) => hrefOf(`${url}statistics`, { site, ...filter });
  return c.render(
    <>
      <div class="heading">
        <h1>Overview</h1>
        <SitePicker sites={sites} site={site} />
      </div>
      <section class="cards" aria-label="Actions">
        <Card name="Today" value={sum(0, 0)} before={sum(1, 1)} versus="yesterday" isOpen id="today" />
        <Card
          name="Yesterday"
          value={sum(1, 1)}
          before={sum(2, 2)}
          versus="the day before"
          isOpen={openDays.includes(addDays(today, -1))}
        />
        <Card name="7 days" value={sum(WEEK - 1, 0)} before={sum(2 * WEEK - 1, WEEK)} versus="the 7 days before" />
        <Card name="30 days" value={month} before={sum(2 * MONTH - 1, MONTH)} versus="the 30 days before" />
      </section>
      <DayChart
        days={days}
        annotations={await listAnnotations(db, { from: days[0]!, to: today, site: subject.site })}
        openDays={openDays}
        series={[{ name: "Actions", values: days.map((day) => counters.get(day) ?? 0) }]}
      />
      <div class="lists">
        <TopList
          title="Labels"
          note="last 30 days"
          sums={labels}
          total={month}
          sparklines={await readTrends(c, labels, days, subject.site)}
          hrefOf={({ name }) => hrefOf(`${url}label`, { label: name, site })}
          more={list({ group: "label" })}
        />
        <TopList
          title="Categories"
          note="last 30 days"
          sums={categories}
          total={month}
          unnamed="no category"
          hrefOf={({ name }) => list({ category: name || NONE })}
          more={list({ group: "category" })}
        />
        <TopList
          title="DOM ids"
          note="last 7 days"
          sums={domIds.filter(({ name }) => name)}
          total={sum(WEEK - 1, 0)}
          hrefOf={({ name }) => list({ dom_id: name })}
          more={list({ group: "dom_id", from: addDays(today, 1 - WEEK) })}
        />
        {sites.length > 1 && (
          <TopList
            title="Sites"
            note="last 30 days"
            sums={sites}
            total={month}
            unnamed="no site"
            hrefOf={({ name }) => hrefOf(url, { site: name })}
          />
        )}
      </div>
    </>,
    { title: "Overview", hasChart: true },
  );
}

/** The counts per day of some labels. */
async function readTrends(
  c: Context<AppEnv>,
  labels: readonly Sum[],
  days: readonly Day[],
  site: string | undefined,
): Promise<Map<string, number[]>> {
  const names = labels.map(({ name }) => name);
  const { results } = await queryExactly<{ label: string; day: Day; counter: number }>(
    c.env,
    { site, from: days[0]!, to: days.at(-1)! },
    (known) => [
      selectSums(c.env.DB, known, { labels: names }, ["label", "day"], {
        order: ["day", "asc"],
        limit: names.length * days.length,
      }),
    ],
  );
  const counters = new Map(results[0]!.map(({ label, day, counter }) => [`${day} ${label}`, counter]));
  return new Map(names.map((name) => [name, days.map((day) => counters.get(`${day} ${name}`) ?? 0)]));
}

function SitePicker({ sites, site }: { sites: readonly Sum[]; site: string | undefined }) {
  if (sites.length < 2 && !site) return null;
  return (
    <form class="site" method="get">
      <label>
        Site{" "}
        <select name="site">
          <option value="">all</option>
          {[...new Set([...sites.map(({ name }) => name), ...(site ? [site] : [])])].map((name) => (
            <option value={name} selected={name === site}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <button>Show</button>
    </form>
  );
}
