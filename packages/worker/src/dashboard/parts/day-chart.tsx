import type { Day } from "@tracker/sdk/protocol";
import type { StoredAnnotation } from "../../d1/annotations.ts";
import { AnnotationList } from "./annotation-list.tsx";
import { formatNumber } from "./format.ts";
import { StillCounting } from "./still-counting.tsx";

/**
 * Counts per day: a chart, and the same as a table. The page's script draws the chart from the table. Without scripts there is a
 * plain line.
 */
export function DayChart(props: {
  days: readonly Day[];
  series: readonly { name: string; values: readonly number[] }[];
  openDays: readonly Day[];
  /** What happened on these days, the latest first. */
  annotations: readonly StoredAnnotation[];
}) {
  const { days, series, openDays, annotations } = props;
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
          {annotations.map(({ day }) => (
            <line
              class="marker"
              x1={days.indexOf(day) * step}
              x2={days.indexOf(day) * step}
              y2="240"
              vector-effect="non-scaling-stroke"
            />
          ))}
          {series.map(({ values }) => (
            <polyline
              points={values.map((value, index) => `${index * step},${238 - (value / highest) * 232}`).join(" ")}
              vector-effect="non-scaling-stroke"
            />
          ))}
        </svg>
      </div>
      <AnnotationList annotations={annotations} />
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
                      {day} {openDays.includes(day) && <StillCounting />}
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
