import type { Day } from "@tracker/sdk/protocol";
import { formatChange, formatNumber, formatShare, lowerFirst } from "./format.ts";

/** One figure with its name, and how it changed. */
export function Card(props: {
  name: string;
  value: number;
  before?: number;
  versus?: string;
  isOpen?: boolean;
  id?: string;
}) {
  const { name, value, before, versus, isOpen, id } = props;
  const change = before === undefined ? undefined : formatChange(value, before);
  return (
    <div class="card">
      <h2>
        {name} {isOpen && <OpenMark />}
      </h2>
      <p class="figure" id={id}>
        {formatNumber(value)}
      </p>
      {before !== undefined && (
        <p class="change">
          {change ? <b class={value < before ? "less" : "more"}>{change}</b> : "nothing to compare with"}
          {change && ` vs ${versus}`}
        </p>
      )}
    </div>
  );
}

/** Says that a day still counts. */
export function OpenMark() {
  return (
    <span class="open" title="Pings of a day are taken for 48 hours: this number may still grow.">
      still counting
    </span>
  );
}

/** A line of small values, as wide as it is told to be. */
function Sparkline({ values, name }: { values: readonly number[]; name: string }) {
  const highest = Math.max(1, ...values);
  const step = 100 / Math.max(1, values.length - 1);
  const points = values.map(
    (value, index) => `${(index * step).toFixed(1)},${(23 - (value / highest) * 22).toFixed(1)}`,
  );
  return (
    <svg class="spark" viewBox="0 0 100 24" preserveAspectRatio="none" role="img" aria-label={name}>
      <polyline points={points.join(" ")} vector-effect="non-scaling-stroke" />
    </svg>
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

/**
 * Counts of days: a table, and above it a picture of it. The page's script draws a chart from the table; without it there is
 * a plain one.
 */
export function DayChart(props: {
  days: readonly Day[];
  series: readonly { name: string; values: readonly number[] }[];
  openDays: readonly Day[];
}) {
  const { days, series, openDays } = props;
  const highest = Math.max(1, ...series.flatMap(({ values }) => values));
  const step = 1000 / Math.max(1, days.length - 1);
  return (
    <figure class="chart">
      {series.length > 1 && (
        <ul class="legend">
          {series.map(({ name }) => (
            <li>{name}</li>
          ))}
        </ul>
      )}
      <div class="plot" data-chart>
        <svg viewBox="0 0 1000 240" preserveAspectRatio="none" aria-hidden="true">
          {series.map(({ values }) => (
            <polyline
              points={values.map((value, index) => `${index * step},${238 - (value / highest) * 232}`).join(" ")}
              vector-effect="non-scaling-stroke"
            />
          ))}
        </svg>
      </div>
      <details>
        <summary>As a table</summary>
        <div class="scroll" tabindex={0} role="region" aria-label="Counts per day">
          <table>
            <thead>
              <tr>
                <th scope="col">Day</th>
                {series.map(({ name }) => (
                  <th scope="col" class="number">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {days
                .map((day, index) => (
                  <tr data-day={day}>
                    <th scope="row">
                      {day} {openDays.includes(day) && <OpenMark />}
                    </th>
                    {series.map(({ values }) => (
                      <td class="number">{formatNumber(values[index] ?? 0)}</td>
                    ))}
                  </tr>
                ))
                .toReversed()}
            </tbody>
          </table>
        </div>
      </details>
    </figure>
  );
}

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
