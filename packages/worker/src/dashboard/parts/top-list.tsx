import type { View } from "../../http/view.ts";
import type { ChangeRow } from "../../d1/changes.ts";
import type { Change } from "../../model/change.ts";
import { ChangeFigure } from "./change-figure.tsx";
import { formatNumber, formatShare, lowerFirst } from "./format.ts";
import { Sparkline } from "./sparkline.tsx";

interface Sum {
  name: string;
  counter: number;
  /** The count in the period before, and whether it changed by more than chance. */
  before?: number;
  change?: Change | null;
}

/** The highest counts of a kind, each a link to its own. */
export function TopList(props: {
  title: string;
  note?: string | undefined;
  sums: readonly Sum[];
  total: number;
  hrefOf(sum: Sum): string;
  more?: string | undefined;
  /** Default: all of them. */
  moreText?: string;
  unnamed?: string;
  sparklines?: ReadonlyMap<string, readonly number[]>;
  /** Shows the change instead of the share. */
  view?: View;
}) {
  const { title, note, sums, total, hrefOf, more, moreText, unnamed, sparklines, view } = props;
  const isCompared = view?.before !== undefined;
  if (sums.length === 0) return null;
  return (
    <section class="list">
      <h2>
        {title} {note && <small>{note}</small>}
      </h2>
      <table>
        <thead class="unseen">
          <tr>
            <th scope="col">{title}</th>
            {sparklines && <th scope="col">Trend</th>}
            <th scope="col">Count</th>
            <th scope="col">{isCompared ? "Change" : "Share"}</th>
          </tr>
        </thead>
        <tbody>
          {sums.map((sum) => (
            <tr>
              <th scope="row">
                <Bar part={sum.counter} whole={sums[0]!.counter} />
                <a href={hrefOf(sum)} class={sum.name ? undefined : "none"} title={sum.name || undefined}>
                  {sum.name || unnamed}
                </a>
              </th>
              {sparklines && (
                <td class="trend">
                  <Sparkline values={sparklines.get(sum.name) ?? []} name={`Trend of ${sum.name}`} />
                </td>
              )}
              <td class="number">{formatNumber(sum.counter)}</td>
              {isCompared ? (
                <td class="number change">
                  <ChangeFigure row={{ now: sum.counter, before: sum.before ?? 0, change: sum.change }} view={view} />
                </td>
              ) : (
                <td class="number share">{formatShare(sum.counter, total)}</td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
      {more && (
        <p class="more">
          <a href={more}>{moreText ?? `All ${lowerFirst(title)}`}</a>
        </p>
      )}
    </section>
  );
}

/** A share of a whole, as a bar. */
function Bar({ part, whole }: { part: number; whole: number }) {
  return (
    <svg class="bar" aria-hidden="true">
      <rect width={formatShare(part, whole)} height="100%" rx="2" />
    </svg>
  );
}

/** The sums of a list, named by one of its columns. A list without names may have a row of nothing but totals. */
export function toSums(
  rows: readonly (Partial<ChangeRow> & { counter?: number })[],
  column: "label" | "category" | "dom_id" | "page" | "site",
): Sum[] {
  return rows.flatMap((row) => {
    const name = row[column];
    return typeof name === "string" ? [{ ...row, name, counter: row.counter ?? row.now ?? 0 }] : [];
  });
}
