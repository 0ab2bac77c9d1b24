import { formatNumber, formatShare, lowerFirst } from "./format.ts";
import { Sparkline } from "./sparkline.tsx";

export interface Sum {
  name: string;
  counter: number;
}

/** The highest counts of a kind, each a link to its own. */
export function TopList(props: {
  title: string;
  note?: string | undefined;
  sums: readonly Sum[];
  total: number;
  hrefOf(sum: Sum): string;
  more?: string;
  unnamed?: string;
  sparklines?: ReadonlyMap<string, readonly number[]>;
}) {
  const { title, note, sums, total, hrefOf, more, unnamed, sparklines } = props;
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
            <th scope="col">Share</th>
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
              <td class="number share">{formatShare(sum.counter, total)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {more && (
        <p class="more">
          <a href={more}>All {lowerFirst(title)}</a>
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
