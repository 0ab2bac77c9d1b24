import type { Context } from "hono";
import type { Child } from "hono/jsx";
import type { ChangeRow } from "../../d1/changes.ts";
import type { AppEnv } from "../../http/context.ts";
import type { ChangesPage } from "../../http/read-changes.ts";
import type { View } from "../../http/view.ts";
import { ChangeFigure } from "./change-figure.tsx";
import { formatDay, formatNumber } from "./format.ts";
import { linkHere } from "./links.ts";
import { Sparkline } from "./sparkline.tsx";

interface NameColumn {
  heading: string;
  /** What the list can be sorted by: one of its columns at the most. */
  sort?: "name";
  className?: string;
  cell(row: ChangeRow): Child;
}

/** Counts beside those of the period before; headings sort. */
export function ChangesTable(props: {
  c: Context<AppEnv>;
  view: View;
  page: ChangesPage;
  names: readonly NameColumn[];
  /** Counts per day of both periods, by label. */
  trends?: ReadonlyMap<string, readonly number[]>;
  label: string;
}) {
  const { c, view, page, names, trends, label } = props;
  const heading = (sort: ChangesPage["sort"], text: string, className?: string) => (
    <Heading c={c} page={page} sort={sort} text={text} className={className} />
  );
  return (
    <div class="scroll panel" tabindex={0} role="region" aria-label={label}>
      <table class="rows changes">
        <thead>
          <tr>
            {names.map(({ heading: text, sort }) => (sort ? heading(sort, text) : <th scope="col">{text}</th>))}
            {trends && <th scope="col">Trend</th>}
            {heading("now", "Count", "number")}
            {view.before && heading("before", "Before", "number")}
            {view.before && (
              <th scope="col" class="number">
                Change
              </th>
            )}
            {heading("last", "Last seen", "number")}
          </tr>
        </thead>
        <tbody>
          {page.rows.map((row) => (
            <tr>
              {names.map(({ cell, className }) => (
                <td class={className}>{cell(row)}</td>
              ))}
              {trends && (
                <td class="trend">
                  <Sparkline values={trends.get(row.label!) ?? []} name={`Trend of ${row.label}`} />
                </td>
              )}
              <td class="number count">{formatNumber(row.now)}</td>
              {view.before && <td class="number quiet before">{formatNumber(row.before)}</td>}
              {view.before && (
                <td class="number change">
                  <ChangeFigure row={row} view={view} />
                </td>
              )}
              <td class="number quiet last">{row.last ? formatDay(row.last, view.today) : ""}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Heading(props: {
  c: Context<AppEnv>;
  page: ChangesPage;
  sort: ChangesPage["sort"];
  text: string;
  className: string | undefined;
}) {
  const { c, page, sort, text, className } = props;
  const isSorted = page.sort === sort;
  const isDescending = page.direction === "desc";
  // The first click on a number or a day shows the highest first, on a name the first of the alphabet.
  const first = sort === "name" ? "asc" : "desc";
  const order = isSorted ? (isDescending ? "asc" : "desc") : first;
  return (
    <th scope="col" class={className} aria-sort={isSorted ? (isDescending ? "descending" : "ascending") : undefined}>
      <a href={linkHere(c, { sort, order })}>
        {text}
        <span aria-hidden="true">{isSorted ? (isDescending ? " ↓" : " ↑") : ""}</span>
      </a>
    </th>
  );
}
