import { addDays, type Day } from "@tracker/sdk/protocol";
import type { Context } from "hono";
import { readConfig } from "../../config/config.ts";
import type { AppEnv } from "../../http/context.ts";
import type { StatisticsPage, StatisticsParameters } from "../../http/read-statistics.ts";
import { NAMES } from "./columns.ts";
import { hrefOf, lowerFirst } from "./format.ts";

const PERIODS = [1, 7, 30, 90, 365];

/** What a list is filtered by, and the usual periods. */
export function FilterForm(props: { c: Context<AppEnv>; parameters: StatisticsParameters; page: StatisticsPage }) {
  const { c, parameters, page } = props;
  const { subject, sites } = page;
  const today = readConfig(c.env).calendar.dayOf(Date.now());
  const period = (days: number): string =>
    hrefOf("", { ...c.req.query(), cursor: "", from: addDays(today, 1 - days), to: today });
  const days = (from: Day, to: Day): number => (Date.parse(to) - Date.parse(from)) / 86_400_000 + 1;
  const shown = subject.to === today ? days(subject.from, subject.to) : 0;
  const field = (name: "label" | "category" | "dom_id" | "page") => (
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
      {field("page")}
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
          {(["label", "category", "dom_id", "page", "day", "site"] as const).map((group) => (
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
