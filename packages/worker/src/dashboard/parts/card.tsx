import { formatChange, formatNumber } from "./format.ts";
import { StillCounting } from "./still-counting.tsx";

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
        {name} {isOpen && <StillCounting />}
      </h2>
      <p class="figure" id={id}>
        {formatNumber(value)}
      </p>
      {before !== undefined && (
        <p class="change">
          {change ? (
            <b class={value < before ? "less" : value > before ? "more" : undefined}>{change}</b>
          ) : (
            "nothing to compare with"
          )}
          {change && ` vs ${versus}`}
        </p>
      )}
    </div>
  );
}
