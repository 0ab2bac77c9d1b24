import type { Context } from "hono";
import { CHANGES, type ChangeTotals } from "../../d1/changes.ts";
import type { AppEnv } from "../../http/context.ts";
import type { Change } from "../../model/change.ts";
import { formatNumber } from "./format.ts";
import { linkHere } from "./links.ts";

export const CHANGE_NAMES: Record<Change, string> = {
  up: "Rising",
  down: "Falling",
  quiet: "Gone quiet",
  new: "New",
};

/** All of a list, or what changed in one way. */
export function ChangeTabs(props: { c: Context<AppEnv>; totals: ChangeTotals; shown: Change | undefined }) {
  const { c, totals, shown } = props;
  const tab = (change: Change | "", name: string, count: number) => (
    <a
      href={linkHere(c, { show: change, sort: "", order: "" })}
      aria-current={change === (shown ?? "") ? "true" : undefined}
    >
      {name} <small>{formatNumber(count)}</small>
    </a>
  );
  return (
    <nav class="tabs" aria-label="What changed">
      {tab("", "All", totals.names)}
      {CHANGES.map((change) => tab(change, CHANGE_NAMES[change], totals[change]))}
    </nav>
  );
}
