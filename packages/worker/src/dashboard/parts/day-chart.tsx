import type { Day } from "@tracker/sdk/protocol";
import type { StoredAnnotation } from "../../d1/annotations.ts";
import type { DayRange } from "../../model/counts.ts";
import { AnnotationList } from "./annotation-list.tsx";
import { formatDays, formatNumber } from "./format.ts";
import { StillCounting } from "./still-counting.tsx";

interface Series {
  name: string;
  values: readonly number[];
}

/**
 * Counts per day, week or month: a chart, and the same as a table. The page's script draws the chart from the table. Without scripts
 * there is a plain line.
 */
export function DayChart(props: {
  periods: readonly DayRange[];
  series: readonly Series[];
  /** The first series in the period before, drawn faint behind it: its periods, one after the other, and their counts. */
  before?: { name?: string; periods: readonly DayRange[]; values: readonly number[] } | undefined;
  /** Default: its days. */
  nameOf?: (period: DayRange) => string;
  /** What a point is. Default: Day. */
  unit?: string;
  openDays: readonly Day[];
  /** What happened on these days, the latest first. */
  annotations: readonly StoredAnnotation[];
  today: Day;
}) {
  const { periods, series, before, openDays, annotations, today, unit = "Day" } = props;
  const nameOf = props.nameOf ?? ((period: DayRange) => formatDays(period, today));
  const lines: readonly (Series & { isBefore?: boolean })[] = [
    ...(before ? [{ name: "Before", values: before.values.slice(0, periods.length), isBefore: true }] : []),
    ...series,
  ];
  const highest = Math.max(1, ...lines.flatMap(({ values }) => values));
  const step = 1000 / Math.max(1, periods.length - 1);
  const markers = annotations.flatMap(({ day }) => {
    const index = periods.findIndex(({ from, to }) => from <= day && day <= to);
    return index === -1 ? [] : [{ x: index * step, from: periods[index]!.from }];
  });
  return (
    <figure class="chart">
      {lines.length > 1 && (
        <ul class="legend">
          {series.map(({ name }) => (
            <li>{name}</li>
          ))}
          {before && <li class="before">{before.name ?? "the period before"}</li>}
        </ul>
      )}
      <div class="plot" data-chart>
        <svg viewBox="0 0 1000 240" preserveAspectRatio="none" aria-hidden="true">
          {markers.map(({ x }) => (
            <line class="marker" x1={x} x2={x} y2="240" vector-effect="non-scaling-stroke" />
          ))}
          {lines.map(({ values, isBefore }) => (
            <polyline
              class={isBefore ? "before" : undefined}
              points={values.map((value, index) => `${index * step},${238 - (value / highest) * 232}`).join(" ")}
              vector-effect="non-scaling-stroke"
            />
          ))}
        </svg>
      </div>
      <AnnotationList annotations={annotations} />
      <details>
        <summary>As a table</summary>
        <div class="scroll" tabindex={0} role="region" aria-label="Counts of the chart">
          <table>
            <thead>
              <tr>
                <th scope="col">{unit}</th>
                {lines.map(({ name, isBefore }) => (
                  <th scope="col" class="number" data-kind={isBefore ? "before" : undefined}>
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {periods
                .map((period, index) => (
                  <tr data-day={period.from} data-to={period.to}>
                    <th scope="row">
                      {nameOf(period)}{" "}
                      {openDays.some((day) => period.from <= day && day <= period.to) && <StillCounting />}
                    </th>
                    {lines.map(({ values, isBefore }) => (
                      <td class="number" data-value={values[index] ?? ""}>
                        {isBefore && before?.periods[index] && (
                          <small>{before.name ?? nameOf(before.periods[index])}: </small>
                        )}
                        {values[index] === undefined ? "" : formatNumber(values[index])}
                      </td>
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
