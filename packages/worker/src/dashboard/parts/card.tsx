import type { Day } from "@tracker/sdk/protocol";
import { ChangeFigure, type Comparison } from "./change-figure.tsx";
import { formatNumber } from "./format.ts";
import { StillCounting } from "./still-counting.tsx";

/** One figure with its name, and how it changed. */
export function Card(props: {
  name: string;
  value: number;
  comparison?: Comparison | undefined;
  isOpen?: boolean;
  /** What it is compared with. Default: the period before. */
  versus?: string;
  /** Where it is the count of this day, which the page's script keeps up to date. */
  today?: Day;
}) {
  const { name, value, comparison, isOpen, versus, today } = props;
  return (
    <div class="card">
      <h2>
        {name} {isOpen && <StillCounting />}
      </h2>
      <p class="figure" id={today && "today"} data-today={today}>
        {formatNumber(value)}
      </p>
      {comparison && (
        <p class="change">
          {comparison.before > 0 && <ChangeFigure row={comparison} view={comparison.view} />} from{" "}
          {formatNumber(comparison.before)}
          {versus && ` ${versus}`}
        </p>
      )}
    </div>
  );
}
