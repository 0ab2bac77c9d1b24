import { addDays, listDays, type Day } from "@tracker/sdk/protocol";
import type { Context } from "hono";
import { readConfig } from "../config/config.ts";
import { queryExactly } from "../statistics/read.ts";
import { readSelection } from "../http/parameters.ts";
import { listAnnotations } from "../d1/annotations.ts";
import { selectSums } from "../d1/sums.ts";
import { NONE, REFUSED } from "../model/key.ts";
import type { Column } from "../d1/query.ts";
import { formatNumber, hrefOf } from "./parts/format.ts";
import { dashboardUrl } from "./parts/links.ts";
import { Card } from "./parts/card.tsx";
import { DayChart } from "./parts/day-chart.tsx";
import { TopList, type Sum } from "./parts/top-list.tsx";
import type { AppEnv } from "../http/context.ts";

const DAYS_SHOWN = 90;
const TOP_ROWS = 10;
const LABELS_OFFERED = 200;

interface Row {
  label: string;
  day: Day;
  category: string;
  dom_id: string;
  counter: number;
}

/** `GET /dashboard/label?label=…[&with=…]`: one label's days, categories and DOM ids, beside another's. */
export async function showLabel(c: Context<AppEnv>): Promise<Response> {
  const today = readConfig(c.env).calendar.dayOf(Date.now());
  const { label = "", with: other, from = addDays(today, 1 - DAYS_SHOWN), to = today, site } = c.req.query();
  const { subject, filter } = readSelection(c, { label, from, to, site });
  const url = dashboardUrl(c);
  const labels = [label, ...(other ? [other] : [])];
  const days = listDays(subject.from, subject.to);
  const db = c.env.DB;
  const most = { order: ["counter", "desc"], limit: TOP_ROWS } as const;
  const [{ results, openDays }, ever, top, annotations] = await Promise.all([
    queryExactly<Row>(c.env, subject, (known) => [
      selectSums(db, known, { labels }, ["label", "day"], { order: ["day", "asc"], limit: 2 * days.length }),
      selectSums(db, known, filter, ["category"], most),
      selectSums(db, known, filter, ["dom_id"], most),
    ]),
    queryExactly<Row>(c.env, { site: subject.site, from: "0000-01-01", to: today }, (known) => [
      selectSums(db, known, filter, ["day"], { order: ["day", "asc"], limit: 1 }),
      selectSums(db, known, filter, ["day"], { order: ["day", "desc"], limit: 1 }),
    ]),
    queryExactly<Row>(c.env, { site: subject.site, from: addDays(today, -29), to: today }, (known) => [
      selectSums(db, known, {}, ["label"], { order: ["counter", "desc"], limit: LABELS_OFFERED }),
    ]),
    listAnnotations(db, subject),
  ]);
  const counters = new Map(results[0]!.map((row) => [`${row.day} ${row.label}`, row.counter]));
  const series = labels.map((name) => ({
    name,
    values: days.map((day) => counters.get(`${day} ${name}`) ?? 0),
  }));
  const total = sumOf(series[0]!.values);
  const categories = toSums(results[1]!, "category");
  const domIds = toSums(results[2]!, "dom_id");
  const [first, last] = [ever.results[0]![0]?.day, ever.results[1]![0]?.day];
  const list = (filter: Record<string, string>) =>
    hrefOf(`${url}statistics`, { site: subject.site, label, from: subject.from, to: subject.to, ...filter });
  if (!first) {
    return c.render(
      <section class="empty">
        <h1>{label || "No label"}</h1>
        <p>
          Nothing was counted under this label.{" "}
          <a href={hrefOf(`${url}statistics`, { group: "label" })}>See all labels</a>.
        </p>
      </section>,
      { title: label || "No label" },
    );
  }
  return c.render(
    <>
      <div class="heading">
        <h1>{label}</h1>
        <form class="site" method="get">
          <input type="hidden" name="label" value={label} />
          {subject.site && <input type="hidden" name="site" value={subject.site} />}
          <label>
            Compare with <input name="with" value={other} list="labels" autocomplete="off" required />
          </label>
          <datalist id="labels">
            {toSums(top.results[0]!, "label").map(({ name }) => name !== label && <option value={name} />)}
          </datalist>
          <button>Compare</button>
        </form>
      </div>
      {label === REFUSED && (
        <p class="notice">These numbers are estimates: one in a hundred refused pings is counted, for a hundred.</p>
      )}
      <section class="cards" aria-label="In figures">
        <Card name={`${formatNumber(days.length)} days`} value={total} isOpen={openDays.length > 0} />
        {other ? (
          <Card name={`${other}, the same days`} value={sumOf(series[1]!.values)} />
        ) : (
          <Card name="Best day" value={Math.max(0, ...series[0]!.values)} />
        )}
        <div class="card">
          <h2>First seen</h2>
          <p class="figure words">{first}</p>
        </div>
        <div class="card">
          <h2>Last seen</h2>
          <p class="figure words">{last}</p>
        </div>
      </section>
      <DayChart days={days} openDays={openDays} series={series} annotations={annotations} />
      <div class="lists">
        <TopList
          title="Categories"
          sums={categories}
          total={total}
          unnamed="no category"
          hrefOf={({ name }) => list({ category: name || NONE })}
        />
        <TopList
          title="DOM ids"
          sums={domIds}
          total={total}
          unnamed="no DOM id"
          hrefOf={({ name }) => list({ dom_id: name || NONE })}
        />
      </div>
      <p class="actions">
        <a class="button" href={list({})}>
          All rows
        </a>
        <a class="button danger" href={hrefOf(`${url}delete`, { label, site: subject.site })}>
          Delete this label…
        </a>
      </p>
    </>,
    { title: label, hasChart: true },
  );
}

function toSums(rows: readonly Row[], column: Extract<Column, "label" | "category" | "dom_id">): Sum[] {
  return rows.map((row) => ({ name: row[column], counter: row.counter }));
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
