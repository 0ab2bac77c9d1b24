import { judgeChange, type Change } from "../../model/change.ts";
import { countDays } from "../../model/period.ts";
import type { View } from "../../http/view.ts";
import { formatChange } from "./format.ts";

/** How a count changed, in percent; in colour where it is more than chance. Periods that are not as long are compared by the day. */
export function ChangeFigure(props: {
  row: { now: number; before: number; change: Change | null | undefined };
  view: View;
}) {
  const { row, view } = props;
  if (!view.before) return null;
  const { now, before, change } = row;
  if (before === 0) return <span class={change ? "more" : "quiet"}>{now === 0 ? "" : "new"}</span>;
  const text = formatChange(now / countDays(view), before / countDays(view.before));
  if (!change) return <span class="quiet">{text}</span>;
  if (change === "quiet" && now > 0) return <b class="less">gone quiet</b>;
  const isMore = change === "up" || change === "new";
  return (
    <b class={isMore ? "more" : "less"}>
      <span aria-hidden="true">{isMore ? "▲ " : "▼ "}</span>
      {text}
    </b>
  );
}

/** A figure beside that of the period before. */
export interface Comparison {
  view: View;
  now: number;
  before: number;
  change: Change | undefined;
}

/** A total beside that of the period before; nothing where nothing is compared. */
export function compareTotals(view: View, now: number, before: number | undefined): Comparison | undefined {
  if (before === undefined || !view.before) return undefined;
  const compared = { nowDays: countDays(view), beforeDays: countDays(view.before), to: view.to, tested: 1 };
  return { view, now, before, change: judgeChange({ now, before, last: view.to }, compared) };
}
