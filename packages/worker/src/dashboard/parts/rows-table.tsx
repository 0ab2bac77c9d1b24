import type { Context } from "hono";
import type { AppEnv } from "../../http/context.ts";
import { COLUMNS, type StatisticsPage, type StatisticsParameters } from "../../http/read-statistics.ts";
import { NONE, REFUSED } from "../../model/key.ts";
import { linkTo } from "./links.ts";
import { NAMES, type ListColumn } from "./columns.ts";
import { Estimate } from "./estimate.tsx";
import { formatNumber, lowerFirst } from "./format.ts";
import { StillCounting } from "./still-counting.tsx";

/** The rows of a list, or their sums; headings sort, cells are links. */
export function RowsTable(props: {
  c: Context<AppEnv>;
  page: StatisticsPage;
  group: StatisticsParameters["group"];
  hasSites: boolean;
  here(changes: Partial<Record<keyof StatisticsParameters | "range", string>>): string;
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
                    <Value c={c} column={column} value={row[column] ?? ""} page={page} group={group} here={here} />
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
  here: (changes: Partial<Record<keyof StatisticsParameters | "range", string>>) => string;
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

/** A cell as a link: a label to its page, other values to the list filtered by them. */
function Value(props: {
  c: Context<AppEnv>;
  column: Exclude<ListColumn, "counter">;
  value: string;
  page: StatisticsPage;
  group: StatisticsParameters["group"];
  here(changes: Partial<Record<keyof StatisticsParameters | "range", string>>): string;
}) {
  const { c, column, value, page, group, here } = props;
  if (!value && column !== "category" && column !== "dom_id") return <span class="none">–</span>;
  if (column === "day") {
    return (
      <>
        <a href={here({ range: "", from: value, to: value, group: "" })}>{value}</a>{" "}
        {/* Rows of one day follow each other: the line above the list says it once. */}
        {group === "day" && page.openDays.includes(value) && <StillCounting />}
      </>
    );
  }
  if (column === "label") {
    return <a href={linkTo(c, "label", { label: value })}>{value}</a>;
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
